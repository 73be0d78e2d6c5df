#include "core/record/safetensors_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int64_t kLengthBytes = 8;
constexpr int64_t kPieceBytes = int64_t{1} << 20;

absl::Status ReadFrom(int fd, const std::string& path, int64_t offset,
                      int64_t size, char* out) {
  while (size > 0) {
    const ssize_t got = pread(fd, out, size, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "read", path);
    if (got == 0) {
      return absl::DataLossError(absl::StrCat(
          "\"", path, "\": the file became shorter while being read"));
    }
    out += got;
    offset += got;
    size -= got;
  }
  return absl::OkStatus();
}

}  // namespace

SafetensorsReader::SafetensorsReader(std::string path, int64_t file_bytes,
                                     ReadAt read_at)
    : path_(std::move(path)),
      file_bytes_(file_bytes),
      read_at_(std::move(read_at)) {}

absl::StatusOr<std::unique_ptr<SafetensorsReader>> SafetensorsReader::Open(
    const std::string& path) {
  // Does not wait for who might write into a pipe.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  const std::shared_ptr<const int> file(new int(fd), [](const int* opened) {
    close(*opened);
    delete opened;
  });
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(errno, "read", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", path, "\" is ", S_ISDIR(info.st_mode) ? "a directory" : "special",
        ", expected a file"));
  }
  std::unique_ptr<SafetensorsReader> reader(new SafetensorsReader(
      path, info.st_size,
      [file, path](int64_t offset, int64_t size, char* out) {
        return ReadFrom(*file, path, offset, size, out);
      }));
  reader->fd_ = file;
  RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::StatusOr<std::shared_ptr<const MappedFile>> SafetensorsReader::Map()
    const {
  CHECK(fd_ != nullptr) << path_ << " is not open";
  const int fd = fcntl(*fd_, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return ErrnoStatus(errno, "open", path_);
  return MappedFile::OfDescriptor(fd, path_);
}

absl::StatusOr<std::unique_ptr<SafetensorsReader>> SafetensorsReader::OpenBytes(
    absl::string_view bytes, const std::string& name) {
  std::unique_ptr<SafetensorsReader> reader(
      new SafetensorsReader(name, static_cast<int64_t>(bytes.size()),
                            [bytes](int64_t offset, int64_t size, char* out) {
                              std::copy_n(bytes.data() + offset, size, out);
                              return absl::OkStatus();
                            }));
  RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::Status SafetensorsReader::ReadHeader() {
  const std::string context = absl::StrCat("\"", path_, "\"");
  std::string first(std::min(kLengthBytes, file_bytes_), '\0');
  RETURN_IF_ERROR(read_at_(0, first.size(), first.data()));
  ASSIGN_OR_RETURN(
      const int64_t header_bytes,
      Annotate(ParseSafetensorsLength(first, file_bytes_), context));
  std::string json(header_bytes, '\0');
  RETURN_IF_ERROR(read_at_(kLengthBytes, header_bytes, json.data()));
  data_begin_ = kLengthBytes + header_bytes;
  ASSIGN_OR_RETURN(
      header_, Annotate(ParseSafetensorsHeader(json, file_bytes_ - data_begin_),
                        context));
  return absl::OkStatus();
}

absl::Status SafetensorsReader::CheckTensor(const SafetensorsEntry& entry,
                                            uint32_t crc) const {
  const std::string found = absl::StrFormat("%08x", crc);
  if (entry.crc32c.empty() || entry.crc32c == found) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("\"", path_, "\": tensor \"", entry.name,
                   "\" is damaged: its CRC-32C is ", found, ", expected ",
                   entry.crc32c, "; make or get the file again"));
}

absl::Status SafetensorsReader::Read(const SafetensorsEntry& entry,
                                     char* out) const {
  const int64_t bytes = entry.end - entry.begin;
  RETURN_IF_ERROR(read_at_(data_begin_ + entry.begin, bytes, out));
  return CheckTensor(entry, Crc32c(absl::string_view(out, bytes)));
}

absl::Status SafetensorsReader::ReadChecksums() {
  std::string piece;
  for (SafetensorsEntry& entry : header_.entries) {
    uint32_t crc = 0;
    for (int64_t at = entry.begin; at < entry.end; at += kPieceBytes) {
      piece.resize(std::min(kPieceBytes, entry.end - at));
      RETURN_IF_ERROR(read_at_(data_begin_ + at, piece.size(), piece.data()));
      crc = Crc32c(piece, crc);
    }
    RETURN_IF_ERROR(CheckTensor(entry, crc));
    entry.crc32c = absl::StrFormat("%08x", crc);
  }
  return absl::OkStatus();
}

}  // namespace maskfill
