#include "core/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"

namespace maskfill {
namespace {

int64_t ModifiedNs(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace

MappedFile::MappedFile(std::string path, int fd, const char* data, size_t size,
                       int64_t modified_ns)
    : path_(std::move(path)),
      fd_(fd),
      data_(data),
      size_(size),
      modified_ns_(modified_ns) {}

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::Open(
    const std::string& path) {
  // Does not wait for who might write into a pipe.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  return OfDescriptor(fd, path);
}

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::OfDescriptor(
    int fd, const std::string& path) {
  const auto failed = [fd](absl::Status status) {
    close(fd);
    return status;
  };
  struct stat info;
  if (fstat(fd, &info) != 0) return failed(ErrnoStatus(errno, "read", path));
  if (!S_ISREG(info.st_mode)) {
    return failed(absl::InvalidArgumentError(absl::StrCat(
        "\"", path, "\" is ", S_ISDIR(info.st_mode) ? "a directory" : "special",
        ", expected a file")));
  }
  const auto size = static_cast<size_t>(info.st_size);
  void* data = nullptr;
  if (size > 0) {
    data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) return failed(ErrnoStatus(errno, "read", path));
    madvise(data, size, MADV_SEQUENTIAL);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(
      path, fd, static_cast<const char*>(data), size, ModifiedNs(info)));
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(const_cast<char*>(data_), size_);
  close(fd_);
}

absl::Status MappedFile::CheckUnchanged() const {
  struct stat info;
  if (fstat(fd_, &info) != 0) return ErrnoStatus(errno, "read", path_);
  if (static_cast<size_t>(info.st_size) == size_ &&
      ModifiedNs(info) == modified_ns_) {
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat("\"", path_,
                   "\" was written to while it was read; expected "
                   "a finished file: run this again when it is"));
}

void MappedFile::DropPages(size_t begin, size_t bytes) const {
  if (begin >= size_) return;
  begin -= begin % static_cast<size_t>(sysconf(_SC_PAGESIZE));
  madvise(const_cast<char*>(data_) + begin, std::min(bytes, size_ - begin),
          MADV_DONTNEED);
}

}  // namespace maskfill
