#include "core/record/record_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr int64_t kReadAheadBytes = 256 << 10;

}  // namespace

RecordReader::RecordReader(std::string path, int fd, int64_t file_bytes,
                           RecordReaderOptions options)
    : path_(std::move(path)),
      fd_(fd),
      file_bytes_(file_bytes),
      options_(std::move(options)),
      buffer_(static_cast<size_t>(std::min(kReadAheadBytes, file_bytes)),
              '\0') {}

RecordReader::~RecordReader() { close(fd_); }

absl::StatusOr<std::unique_ptr<RecordReader>> RecordReader::Open(
    const std::string& path, RecordReaderOptions options) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const std::string message =
        absl::StrCat("cannot open \"", path, "\": ", std::strerror(errno));
    if (errno == ENOENT || errno == ENOTDIR) {
      return absl::NotFoundError(message);
    }
    return errno == EACCES ? absl::PermissionDeniedError(message)
                           : absl::UnavailableError(message);
  }
  struct stat info;
  if (fstat(fd, &info) != 0) {
    const std::string why = std::strerror(errno);
    close(fd);
    return absl::UnavailableError(
        absl::StrCat("cannot read \"", path, "\": ", why));
  }
  if (!S_ISREG(info.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path, "\" is not a regular file"));
  }
  options.max_record_bytes =
      std::min(options.max_record_bytes, kMaxPayloadBytes);
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<RecordReader>(
      new RecordReader(path, fd, info.st_size, std::move(options)));
}

std::string RecordReader::Where() const {
  return absl::StrCat(path_, ": record ", record(), " at byte ",
                      record_offset_);
}

absl::StatusOr<int64_t> RecordReader::Read(int64_t size, char* out) {
  int64_t done = 0;
  while (done < size) {
    if (buffer_begin_ < buffer_end_) {
      const size_t n = std::min(buffer_end_ - buffer_begin_,
                                static_cast<size_t>(size - done));
      std::memcpy(out + done, buffer_.data() + buffer_begin_, n);
      buffer_begin_ += n;
      done += static_cast<int64_t>(n);
      continue;
    }
    // What is larger than the buffer goes where it is wanted at once.
    const bool direct = size - done >= static_cast<int64_t>(buffer_.size());
    char* target = direct ? out + done : buffer_.data();
    const size_t wanted =
        direct ? static_cast<size_t>(size - done) : buffer_.size();
    const ssize_t n = read(fd_, target, wanted);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot read \"", path_, "\": ", std::strerror(errno)));
    }
    if (n == 0) break;
    if (direct) {
      done += n;
    } else {
      buffer_begin_ = 0;
      buffer_end_ = static_cast<size_t>(n);
    }
  }
  position_ += done;
  if (options_.expected.has_value()) {
    crc_ = Crc32c(absl::string_view(out, static_cast<size_t>(done)), crc_);
  }
  return done;
}

absl::Status RecordReader::CheckEnd() const {
  if (!options_.expected.has_value()) return absl::OkStatus();
  const v1::ShardEntry& expected = *options_.expected;
  const std::string crc = absl::StrFormat("%08x", crc_);
  if (next_record_ == expected.records() && position_ == expected.bytes() &&
      crc == expected.crc32c()) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrFormat(
      "%s: ends before record %d at byte %d with checksum %s; the manifest "
      "says %d records, %d bytes, checksum %s",
      path_, next_record_, position_, crc, expected.records(), expected.bytes(),
      expected.crc32c()));
}

absl::Status RecordReader::ReadNext(std::string* payload) {
  record_offset_ = position_;
  char header[kRecordHeaderBytes];
  ASSIGN_OR_RETURN(const int64_t header_bytes,
                   Read(kRecordHeaderBytes, header));
  if (header_bytes == 0) {
    RETURN_IF_ERROR(CheckEnd());
    return absl::OutOfRangeError(
        absl::StrCat(path_, ": end after ", next_record_, " records"));
  }
  // From here on errors speak of the record that is being read.
  ++next_record_;
  if (options_.expected.has_value() &&
      next_record_ > options_.expected->records()) {
    return absl::DataLossError(
        absl::StrCat(Where(), ": the file goes on, but the manifest says ",
                     options_.expected->records(), " records"));
  }
  if (header_bytes < kRecordHeaderBytes) {
    return absl::DataLossError(
        absl::StrCat(Where(), ": the file ends after ", header_bytes,
                     " of the record's ", kRecordHeaderBytes, " header bytes"));
  }
  absl::StatusOr<int64_t> length = ParseRecordHeader(
      absl::string_view(header, kRecordHeaderBytes), options_.max_record_bytes);
  if (!length.ok()) return Annotate(length.status(), Where());
  if (*length + kRecordFooterBytes > file_bytes_ - position_) {
    return absl::DataLossError(absl::StrCat(
        Where(), ": the file ends after ", file_bytes_ - record_offset_,
        " of the record's ", *length + kRecordOverheadBytes, " bytes"));
  }
  payload->resize(static_cast<size_t>(*length));
  ASSIGN_OR_RETURN(const int64_t payload_bytes, Read(*length, payload->data()));
  char footer[kRecordFooterBytes];
  ASSIGN_OR_RETURN(const int64_t footer_bytes,
                   Read(kRecordFooterBytes, footer));
  if (payload_bytes < *length || footer_bytes < kRecordFooterBytes) {
    return absl::DataLossError(
        absl::StrCat(Where(), ": the file became shorter while it was read"));
  }
  return Annotate(CheckRecordFooter(
                      *payload, absl::string_view(footer, kRecordFooterBytes)),
                  Where());
}

absl::Status RecordReader::Next(std::string* payload) {
  if (status_.ok()) status_ = ReadNext(payload);
  if (!status_.ok()) payload->clear();
  return status_;
}

}  // namespace maskfill
