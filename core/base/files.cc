#include "core/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

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

// 0 where there is nothing.
absl::StatusOr<mode_t> FindMode(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) return info.st_mode;
  // A circle of links leads nowhere.
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return mode_t{0};
  return ErrnoStatus(errno, "look for", path);
}

}  // namespace

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
    case ENAMETOOLONG:
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

absl::StatusOr<std::string> CanonicalPath(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_symlink(path, error) && !PathExists(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path, "\" is a symbolic link to nothing"));
  }
  std::string canonical =
      fs::weakly_canonical(fs::absolute(path, error), error).string();
  if (error) return ErrnoStatus(error.value(), "resolve", path);
  while (canonical.size() > 1 && canonical.back() == '/') canonical.pop_back();
  return canonical;
}

bool StaysBelow(absl::string_view path) {
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return !absl::StrContains(path, '\0');
}

bool IsInside(absl::string_view path, absl::string_view dir) {
  if (dir == "/") return true;
  return absl::StartsWith(path, dir) &&
         (path.size() == dir.size() || path[dir.size()] == '/');
}

bool PathExists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

bool IsDirectory(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

absl::StatusOr<bool> FindPath(const std::string& path) {
  ASSIGN_OR_RETURN(const mode_t mode, FindMode(path));
  return mode != 0;
}

absl::StatusOr<bool> FindDirectory(const std::string& path) {
  ASSIGN_OR_RETURN(const mode_t mode, FindMode(path));
  return S_ISDIR(mode);
}

absl::StatusOr<int64_t> FileSize(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "read", path);
  return static_cast<int64_t>(info.st_size);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  // Does not wait for who might write into a pipe; one that has a writer is
  // read to its end.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ErrnoStatus(errno, "open", path);
  FdCloser closer(fd);
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(errno, "read", path);
  if (!S_ISREG(info.st_mode) &&
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0) {
    return ErrnoStatus(errno, "read", path);
  }
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
  ASSIGN_OR_RETURN(const mode_t mode, FindMode(dir));
  if (S_ISDIR(mode) || dir.empty()) return absl::OkStatus();
  if (mode != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", dir, "\" exists and is not a directory"));
  }
  const std::string parent = Dirname(dir);
  RETURN_IF_ERROR(MakeDirectories(parent));
  if (mkdir(dir.c_str(), 0777) != 0) {
    // Another process may have been faster.
    if (errno == EEXIST && IsDirectory(dir)) return absl::OkStatus();
    return ErrnoStatus(errno, "create directory", dir);
  }
  const absl::Status synced = SyncDirectory(parent);
  // Where one may make directories and not list them.
  return absl::IsPermissionDenied(synced) ? absl::OkStatus() : synced;
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

}  // namespace maskfill
