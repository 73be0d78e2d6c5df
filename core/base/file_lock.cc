#include "core/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "core/base/files.h"
#include "glog/logging.h"

namespace maskfill {

FileLock::FileLock(std::string path, int fd)
    : path_(std::move(path)), fd_(fd) {}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Try(const std::string& path,
                                                        int operation) {
  while (true) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return ErrnoStatus(errno, "open", path);
    std::unique_ptr<FileLock> lock(new FileLock(path, fd));
    if (flock(fd, operation | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::unique_ptr<FileLock>();
      LOG(WARNING) << "\"" << path << "\" cannot be locked ("
                   << std::strerror(errno)
                   << "): see to it yourself that nothing else writes there";
      return lock;
    }
    // The one who held it may have removed the file in between.
    struct stat held, named;
    if (fstat(fd, &held) == 0 && stat(path.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return lock;
    }
  }
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::TryExclusive(
    const std::string& path) {
  return Try(path, LOCK_EX);
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::TryShared(
    const std::string& path) {
  return Try(path, LOCK_SH);
}

bool FileLock::IsHeld(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return held;
}

FileLock::~FileLock() { close(fd_); }

void FileLock::Remove() { unlink(path_.c_str()); }

void FileLock::Share() { flock(fd_, LOCK_SH | LOCK_NB); }

}  // namespace maskfill
