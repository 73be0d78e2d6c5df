#include "core/base/files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr int64_t kStaleSeconds = 24 * 60 * 60;
constexpr char kTemporaryMark[] = ".tmp-";

std::string HostName() {
  char name[256] = "host";
  gethostname(name, sizeof(name) - 1);
  std::string host(name);
  // The name's fields are separated by '-'.
  std::replace(host.begin(), host.end(), '-', '_');
  return host;
}

// Closes on every path out of a function.
class FdCloser {
 public:
  explicit FdCloser(int fd) : fd_(fd) {}
  ~FdCloser() {
    if (fd_ >= 0) close(fd_);
  }
  FdCloser(const FdCloser&) = delete;
  FdCloser& operator=(const FdCloser&) = delete;

 private:
  int fd_;
};

// Whether the temporary's owner cannot still be writing it.
bool IsStale(const std::string& dir, const std::string& name) {
  const size_t mark = name.rfind(kTemporaryMark);
  if (name[0] != '.' || mark == std::string::npos) return false;
  const std::vector<std::string> fields =
      absl::StrSplit(name.substr(mark + sizeof(kTemporaryMark) - 1), '-');
  int32_t pid = 0;
  if (fields.size() != 3 || !absl::SimpleAtoi(fields[1], &pid)) return false;
  if (fields[0] == HostName()) {
    return kill(pid, 0) != 0 && errno == ESRCH;
  }
  struct stat info;
  if (stat(JoinPath(dir, name).c_str(), &info) != 0) return false;
  return std::time(nullptr) - info.st_mtime > kStaleSeconds;
}

absl::Status WriteAll(int fd, absl::string_view bytes, absl::string_view path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, "write", path);
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ErrnoStatus(int error, absl::string_view action,
                         absl::string_view path) {
  const std::string message = absl::StrCat("cannot ", action, " \"", path,
                                           "\": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(absl::StrCat(
          message, "; free some space and run the same command again"));
    case EISDIR:
      return absl::InvalidArgumentError(message);
    default:
      return absl::UnavailableError(message);
  }
}

std::string JoinPath(absl::string_view dir, absl::string_view name) {
  if (dir.empty() || (!name.empty() && name[0] == '/')) {
    return std::string(name);
  }
  if (name.empty()) return std::string(dir);
  return absl::StrCat(dir, dir.back() == '/' ? "" : "/", name);
}

std::string Dirname(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<size_t>(slash, 1)));
}

std::string Basename(absl::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return std::string(slash == absl::string_view::npos ? path
                                                      : path.substr(slash + 1));
}

bool PathExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

bool IsDirectory(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

absl::StatusOr<int64_t> FileSize(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "read", path);
  return static_cast<int64_t>(info.st_size);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  FdCloser closer(fd);
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(errno, "read", path);
  std::string bytes;
  // One byte more than expected, so that the end is seen without growing.
  bytes.resize(static_cast<size_t>(info.st_size) + 1);
  size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
    const ssize_t n = read(fd, bytes.data() + filled, bytes.size() - filled);
    if (n < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, "read", path);
    }
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  bytes.resize(filled);
  return bytes;
}

absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& dir) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(dir, error), end;
       !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return ErrnoStatus(error.value(), "list", dir);
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status MakeDirectories(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error.value() == ENOTDIR) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot create directory \"", dir,
                     "\": a part of this path is a file"));
  }
  if (error) return ErrnoStatus(error.value(), "create directory", dir);
  if (!IsDirectory(dir)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", dir, "\" exists and is not a directory"));
  }
  return absl::OkStatus();
}

absl::Status RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, "remove", path);
  }
  return absl::OkStatus();
}

absl::Status RenamePath(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) {
    return ErrnoStatus(errno, "rename to", to);
  }
  return SyncDirectory(Dirname(to));
}

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return ErrnoStatus(error.value(), "remove", path);
  return absl::OkStatus();
}

absl::Status RemoveStaleTemporaries(const std::string& dir) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, ListDirectory(dir));
  for (const std::string& name : names) {
    if (IsStale(dir, name)) RETURN_IF_ERROR(RemoveTree(JoinPath(dir, name)));
  }
  return absl::OkStatus();
}

std::string TemporaryPath(const std::string& path) {
  static std::atomic<int64_t> counter{0};
  return JoinPath(Dirname(path),
                  absl::StrCat(".", Basename(path), kTemporaryMark, HostName(),
                               "-", getpid(), "-", counter.fetch_add(1)));
}

absl::Status SyncDirectory(const std::string& dir) {
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "open", dir);
  FdCloser closer(fd);
  // Some network file systems cannot sync a directory and say EINVAL.
  if (fsync(fd) != 0 && errno != EINVAL) {
    return ErrnoStatus(errno, "sync", dir);
  }
  return absl::OkStatus();
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(
    const std::string& path) {
  std::string temporary = TemporaryPath(path);
  const int fd =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return ErrnoStatus(errno, "create", temporary);
  return std::unique_ptr<AtomicFile>(
      new AtomicFile(path, std::move(temporary), fd));
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(temporary_.c_str());
}

absl::Status AtomicFile::Append(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  size_ += static_cast<int64_t>(bytes.size());
  if (buffer_.size() >= kBufferBytes) return Flush();
  return absl::OkStatus();
}

absl::Status AtomicFile::Flush() {
  RETURN_IF_ERROR(WriteAll(fd_, buffer_, path_));
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  RETURN_IF_ERROR(Flush());
  if (fsync(fd_) != 0) return ErrnoStatus(errno, "sync", path_);
  const int fd = fd_;
  fd_ = -1;
  if (close(fd) != 0) {
    const int error = errno;
    unlink(temporary_.c_str());
    return ErrnoStatus(error, "close", path_);
  }
  const absl::Status renamed = RenamePath(temporary_, path_);
  if (!renamed.ok()) unlink(temporary_.c_str());
  return renamed;
}

absl::Status WriteFileUnsynced(const std::string& path,
                               absl::string_view bytes) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return ErrnoStatus(errno, "create", path);
  const absl::Status written = WriteAll(fd, bytes, path);
  if (close(fd) != 0 && written.ok()) return ErrnoStatus(errno, "close", path);
  return written;
}

absl::Status SyncFileSystem(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  FdCloser closer(fd);
  if (syncfs(fd) != 0) return ErrnoStatus(errno, "sync", path);
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  RETURN_IF_ERROR(file->Append(bytes));
  return file->Commit();
}

}  // namespace maskfill
