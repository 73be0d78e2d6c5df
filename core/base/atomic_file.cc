#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr int64_t kStartedBytes = 16 << 20;
constexpr int64_t kStaleSeconds = 24 * 60 * 60;
constexpr char kTemporaryMark[] = ".tmp-";
constexpr size_t kDigits = 16;

// "<dir>/.<name>.tmp-<16 random hex digits>".
std::string TemporaryPath(const std::string& path) {
  uint64_t number = 0;
  CHECK_EQ(getrandom(&number, sizeof(number), 0),
           static_cast<ssize_t>(sizeof(number)));
  return JoinPath(Dirname(path),
                  absl::StrCat(".", Basename(path), kTemporaryMark,
                               absl::Hex(number, absl::kZeroPad16)));
}

bool IsTemporaryName(const std::string& name) {
  const size_t mark = name.rfind(kTemporaryMark);
  if (name[0] != '.' || mark == std::string::npos) return false;
  const std::string digits = name.substr(mark + sizeof(kTemporaryMark) - 1);
  return digits.size() == kDigits &&
         digits.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Whether nobody can be writing it any more.
bool IsStale(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  bool stale = flock(fd, LOCK_EX | LOCK_NB) == 0;
  if (!stale && errno != EWOULDBLOCK) {
    // This file system has no locks: age is all there is.
    struct stat info;
    stale = fstat(fd, &info) == 0 &&
            std::time(nullptr) - info.st_mtime > kStaleSeconds;
  }
  close(fd);
  return stale;
}

// Locks the open `fd`; false when somebody took it for stale before.
bool LockOwn(int fd, const std::string& path) {
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
  struct stat named;
  return stat(path.c_str(), &named) == 0;
}

}  // namespace

absl::Status RemoveStaleTemporaries(const std::string& dir) {
  absl::StatusOr<std::vector<std::string>> names = ListDirectory(dir);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    const std::string path = JoinPath(dir, name);
    if (IsTemporaryName(name) && IsStale(path)) {
      RETURN_IF_ERROR(RemoveTree(path));
    }
  }
  return absl::OkStatus();
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(
    const std::string& path) {
  const std::string dir = Dirname(path);
  int fd = open(dir.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  if (fd >= 0) return std::unique_ptr<AtomicFile>(new AtomicFile(path, "", fd));
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
    return ErrnoStatus(errno, "create", path);
  }
  // A file system without O_TMPFILE.
  while (true) {
    std::string temporary = TemporaryPath(path);
    fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return ErrnoStatus(errno, "create", path);
    if (LockOwn(fd, temporary)) {
      return std::unique_ptr<AtomicFile>(
          new AtomicFile(path, std::move(temporary), fd));
    }
    close(fd);
  }
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  if (!temporary_.empty()) unlink(temporary_.c_str());
  close(fd_);
}

absl::Status AtomicFile::Append(absl::string_view bytes) {
  size_ += static_cast<int64_t>(bytes.size());
  if (bytes.size() < kBufferBytes) {
    crc32c_ = Crc32c(bytes, crc32c_);
    buffer_.append(bytes.data(), bytes.size());
    return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
  }
  // A tensor: never held twice. Its checksum takes half as long as writing it,
  // so another thread makes it meanwhile.
  RETURN_IF_ERROR(Flush());
  std::future<uint32_t> checksum =
      std::async(std::launch::async,
                 [bytes, before = crc32c_] { return Crc32c(bytes, before); });
  const absl::Status written = Write(bytes);
  crc32c_ = checksum.get();
  return written;
}

absl::Status AtomicFile::SkipStart(int64_t bytes) {
  CHECK_EQ(size_, 0);
  if (lseek(fd_, bytes, SEEK_SET) < 0) {
    return ErrnoStatus(errno, "write", path_);
  }
  size_ = written_ = bytes;
  return absl::OkStatus();
}

absl::Status AtomicFile::FillStart(absl::string_view bytes) {
  crc32c_ = Crc32cOfBoth(Crc32c(bytes), crc32c_, size_ - bytes.size());
  for (off_t at = 0; at < static_cast<off_t>(bytes.size());) {
    const ssize_t n = pwrite(fd_, bytes.data() + at, bytes.size() - at, at);
    if (n < 0 && errno != EINTR) return ErrnoStatus(errno, "write", path_);
    if (n > 0) at += n;
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Flush() {
  RETURN_IF_ERROR(Write(buffer_));
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status AtomicFile::Write(absl::string_view bytes) {
  RETURN_IF_ERROR(WriteAll(fd_, bytes, path_));
  written_ += static_cast<int64_t>(bytes.size());
  if (written_ - started_ < kStartedBytes) return absl::OkStatus();
  // So that the disk is at work already when Commit() waits for it. Where this
  // cannot be done, Commit() waits longer.
  sync_file_range(fd_, started_, written_ - started_, SYNC_FILE_RANGE_WRITE);
  started_ = written_;
  return absl::OkStatus();
}

int AtomicFile::Link(const std::string& name) const {
  if (!temporary_.empty()) {
    return link(temporary_.c_str(), name.c_str()) == 0 ? 0 : errno;
  }
  const std::string self = absl::StrCat("/proc/self/fd/", fd_);
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(),
             AT_SYMLINK_FOLLOW) == 0) {
    return 0;
  }
  // Without /proc; needs a privilege on older kernels.
  if (errno == ENOENT &&
      linkat(fd_, "", AT_FDCWD, name.c_str(), AT_EMPTY_PATH) == 0) {
    return 0;
  }
  return errno;
}

absl::StatusOr<bool> AtomicFile::CommitUnlessThere() {
  RETURN_IF_ERROR(Flush());
  if (fsync(fd_) != 0) return ErrnoStatus(errno, "sync", path_);
  const int error = Link(path_);
  if (error == EEXIST) return false;
  if (error != 0) return ErrnoStatus(error, "create", path_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
  const int fd = std::exchange(fd_, -1);
  if (close(fd) != 0) return ErrnoStatus(errno, "close", path_);
  RETURN_IF_ERROR(SyncDirectory(Dirname(path_)));
  return true;
}

absl::Status AtomicFile::Commit() {
  ASSIGN_OR_RETURN(const bool done, CommitUnlessThere());
  if (done) return absl::OkStatus();
  // rename() replaces, but needs a name: under a lock, lest it seems stale.
  while (temporary_.empty()) {
    const std::string temporary = TemporaryPath(path_);
    flock(fd_, LOCK_EX | LOCK_NB);
    const int error = Link(temporary);
    if (error == EEXIST) continue;
    if (error != 0) return ErrnoStatus(error, "create", path_);
    temporary_ = temporary;
  }
  RETURN_IF_ERROR(RenamePath(temporary_, path_));
  temporary_.clear();
  const int fd = std::exchange(fd_, -1);
  return close(fd) == 0 ? absl::OkStatus() : ErrnoStatus(errno, "close", path_);
}

absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file->Append(bytes));
  return file->Commit();
}

TemporaryDirectory::TemporaryDirectory(std::string path, std::string temporary,
                                       int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

absl::StatusOr<std::unique_ptr<TemporaryDirectory>> TemporaryDirectory::Create(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::string canonical, CanonicalPath(path));
  const std::string parent = Dirname(canonical);
  RETURN_IF_ERROR(MakeDirectories(parent));
  RETURN_IF_ERROR(RemoveStaleTemporaries(parent));
  while (true) {
    std::string temporary = TemporaryPath(canonical);
    if (mkdir(temporary.c_str(), 0777) != 0) {
      return ErrnoStatus(errno, "create directory", temporary);
    }
    const int fd = open(temporary.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && LockOwn(fd, temporary)) {
      return std::unique_ptr<TemporaryDirectory>(new TemporaryDirectory(
          std::move(canonical), std::move(temporary), fd));
    }
    if (fd >= 0) close(fd);
  }
}

TemporaryDirectory::~TemporaryDirectory() {
  if (fd_ < 0) return;
  RemoveTree(temporary_).IgnoreError();
  close(fd_);
}

absl::Status TemporaryDirectory::Publish(absl::Span<const std::string> names) {
  RETURN_IF_ERROR(SyncDirectory(temporary_));
  if (!PathExists(path_)) {
    RETURN_IF_ERROR(RenamePath(temporary_, path_));
    close(std::exchange(fd_, -1));
    return absl::OkStatus();
  }
  // What somebody else put into the older one goes with the name.
  ASSIGN_OR_RETURN(const std::vector<std::string> there, ListDirectory(path_));
  if (renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(),
                RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) {
      return ErrnoStatus(errno, "replace", path_);
    }
    // A file system that cannot exchange: move the old one aside first.
    const std::string aside = TemporaryPath(path_);
    RETURN_IF_ERROR(RenamePath(path_, aside));
    RETURN_IF_ERROR(RenamePath(temporary_, path_));
    RETURN_IF_ERROR(RenamePath(aside, temporary_));
  }
  RETURN_IF_ERROR(SyncDirectory(Dirname(path_)));
  for (const std::string& name : there) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    RETURN_IF_ERROR(
        RenamePath(JoinPath(temporary_, name), JoinPath(path_, name)));
  }
  return RemoveTree(temporary_);  // the destructor closes
}

}  // namespace maskfill
