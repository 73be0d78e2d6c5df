// Notes the system calls that a program makes below a directory, and makes one
// of them fail or the program's last: for LD_PRELOAD.
//
//   MASKFILL_CALLS_ROOT   the directory, an absolute path without links
//   MASKFILL_CALLS_LOG    a line for each call is appended here, and the bytes
//                         that are written to MASKFILL_CALLS_LOG.bytes
//   MASKFILL_CALLS_NAMES  calls that are counted, with commas; default: all
//   MASKFILL_CALLS_AT     number of the counted call that is hit, from 1
//   MASKFILL_CALLS_FAULT  "kill", "short" (half of the bytes) or an errno
//
// A line's fields, with tabs between them: name, result (-errno of a failure),
// inode, path, second path, offset in the file, place in the file of bytes,
// number of bytes, "new" where a file was made, "cut" where it was emptied.
// Calls of libc to itself, as those of stdio, are not seen.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <string>

#include "tests/reliability/call.h"

namespace maskfill {
namespace {

// A function under libc's name, beside libc's own declaration of it.
#define INTERPOSE(result, name, symbol, ...)                     \
  extern "C" __attribute__((visibility("default"))) result name( \
      __VA_ARGS__) __asm__(symbol);                              \
  result name(__VA_ARGS__)

template <typename Function>
Function Next(const char* symbol) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, symbol));
}

int OpenAt(int dir, const char* name, int flags, mode_t mode) {
  const bool unnamed = (flags & O_TMPFILE) == O_TMPFILE;
  Call call{.name = unnamed || (flags & O_CREAT) != 0 ? "create" : "open",
            .path = PathAt(dir, name)};
  const bool was_there = InodeOf(dir, name, 0) != 0;
  static const auto next = Next<int (*)(int, const char*, int, ...)>("openat");
  return call.Do(
      [&] {
        const int fd = next(dir, name, flags, mode);
        if (fd < 0) return fd;
        call.inode = InodeOf(fd);
        call.created = unnamed || ((flags & O_CREAT) != 0 && !was_there);
        call.cut = (flags & O_TRUNC) != 0 && was_there;
        if (unnamed) call.path += "/#unnamed";
        return fd;
      },
      -1);
}

mode_t ModeOf(int flags, va_list list) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

#define OPENS(name, symbol)                                        \
  INTERPOSE(int, name, symbol, const char* path, int flags, ...) { \
    va_list list;                                                  \
    va_start(list, flags);                                         \
    const mode_t mode = ModeOf(flags, list);                       \
    va_end(list);                                                  \
    return OpenAt(AT_FDCWD, path, flags, mode);                    \
  }
#define OPENS_AT(name, symbol)                                              \
  INTERPOSE(int, name, symbol, int dir, const char* path, int flags, ...) { \
    va_list list;                                                           \
    va_start(list, flags);                                                  \
    const mode_t mode = ModeOf(flags, list);                                \
    va_end(list);                                                           \
    return OpenAt(dir, path, flags, mode);                                  \
  }
OPENS(OurOpen, "open")
OPENS(OurOpen64, "open64")
OPENS_AT(OurOpenAt, "openat")
OPENS_AT(OurOpenAt64, "openat64")

// Reading.

// `function` moves that many bytes, which lie at `data` where it writes them.
template <typename Function>
ssize_t Transfer(Call& call, size_t size, const void* data,
                 const Function& function) {
  return call.Do(
      [&]() -> ssize_t {
        const ssize_t moved = function(call.half ? (size + 1) / 2 : size);
        if (moved >= 0) call.size = moved;
        return moved;
      },
      ssize_t{-1}, data);
}

INTERPOSE(ssize_t, OurRead, "read", int fd, void* data, size_t size) {
  static const auto next = Next<ssize_t (*)(int, void*, size_t)>("read");
  Call call{.name = "read", .path = PathOf(fd)};
  return Transfer(call, size, nullptr,
                  [&](size_t n) { return next(fd, data, n); });
}

ssize_t ReadAt(int fd, void* data, size_t size, off_t offset) {
  static const auto next =
      Next<ssize_t (*)(int, void*, size_t, off_t)>("pread64");
  Call call{.name = "read", .path = PathOf(fd)};
  return Transfer(call, size, nullptr,
                  [&](size_t n) { return next(fd, data, n, offset); });
}
INTERPOSE(ssize_t, OurPread, "pread", int fd, void* data, size_t size,
          off_t offset) {
  return ReadAt(fd, data, size, offset);
}
INTERPOSE(ssize_t, OurPread64, "pread64", int fd, void* data, size_t size,
          off_t offset) {
  return ReadAt(fd, data, size, offset);
}

void* Map(void* address, size_t size, int protection, int flags, int fd,
          off_t offset) {
  using Function = void* (*)(void*, size_t, int, int, int, off_t);
  static const auto next = Next<Function>("mmap64");
  if (fd < 0) return next(address, size, protection, flags, fd, offset);
  Call call{.name = "mmap", .path = PathOf(fd)};
  return call.Do(
      [&] { return next(address, size, protection, flags, fd, offset); },
      reinterpret_cast<void*>(-1));
}
INTERPOSE(void*, OurMmap, "mmap", void* address, size_t size, int protection,
          int flags, int fd, off_t offset) {
  return Map(address, size, protection, flags, fd, offset);
}
INTERPOSE(void*, OurMmap64, "mmap64", void* address, size_t size,
          int protection, int flags, int fd, off_t offset) {
  return Map(address, size, protection, flags, fd, offset);
}

#define STATS(ours, symbol)                                                    \
  INTERPOSE(int, ours, symbol, const char* path, struct stat* info) {          \
    static const auto next = Next<int (*)(const char*, struct stat*)>(symbol); \
    Call call{.name = "stat", .path = PathAt(AT_FDCWD, path)};                 \
    return call.Do([&] { return next(path, info); }, -1);                      \
  }
STATS(OurStat, "stat")
STATS(OurStat64, "stat64")
STATS(OurLstat, "lstat")
STATS(OurLstat64, "lstat64")

INTERPOSE(int, OurFstat, "fstat", int fd, struct stat* info) {
  static const auto next = Next<int (*)(int, struct stat*)>("fstat");
  Call call{.name = "stat", .path = PathOf(fd)};
  return call.Do([&] { return next(fd, info); }, -1);
}

INTERPOSE(DIR*, OurOpendir, "opendir", const char* path) {
  static const auto next = Next<DIR* (*)(const char*)>("opendir");
  Call call{.name = "opendir", .path = PathAt(AT_FDCWD, path)};
  return call.Do([&] { return next(path); }, static_cast<DIR*>(nullptr));
}

INTERPOSE(struct dirent*, OurReaddir, "readdir", DIR* dir) {
  static const auto next = Next<struct dirent* (*)(DIR*)>("readdir");
  Call call{.name = "readdir", .path = PathOf(dirfd(dir))};
  return call.Do([&] { return next(dir); },
                 static_cast<struct dirent*>(nullptr));
}

INTERPOSE(int, OurFlock, "flock", int fd, int operation) {
  static const auto next = Next<int (*)(int, int)>("flock");
  Call call{.name = "flock", .path = PathOf(fd)};
  return call.Do([&] { return next(fd, operation); }, -1);
}

// Writing.

ssize_t Write(int fd, const void* data, size_t size) {
  static const auto next = Next<ssize_t (*)(int, const void*, size_t)>("write");
  Call call{.name = "write", .path = PathOf(fd), .inode = InodeOf(fd)};
  if (IsWatched(call.path)) {
    const bool appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
    struct stat info = {};
    syscall(SYS_fstat, fd, &info);
    call.offset = appends ? info.st_size : lseek(fd, 0, SEEK_CUR);
  }
  return Transfer(call, size, data,
                  [&](size_t n) { return next(fd, data, n); });
}
INTERPOSE(ssize_t, OurWrite, "write", int fd, const void* data, size_t size) {
  return Write(fd, data, size);
}
// What is written in pieces is as good as what is written at once.
INTERPOSE(ssize_t, OurWritev, "writev", int fd, const struct iovec* pieces,
          int count) {
  if (!IsWatched(PathOf(fd))) {
    static const auto next =
        Next<ssize_t (*)(int, const struct iovec*, int)>("writev");
    return next(fd, pieces, count);
  }
  ssize_t sum = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t n = Write(fd, pieces[i].iov_base, pieces[i].iov_len);
    if (n < 0) return sum > 0 ? sum : n;
    sum += n;
    if (static_cast<size_t>(n) < pieces[i].iov_len) break;
  }
  return sum;
}

ssize_t WriteAt(int fd, const void* data, size_t size, off_t offset) {
  static const auto next =
      Next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite64");
  Call call{.name = "write",
            .path = PathOf(fd),
            .inode = InodeOf(fd),
            .offset = offset};
  return Transfer(call, size, data,
                  [&](size_t n) { return next(fd, data, n, offset); });
}
INTERPOSE(ssize_t, OurPwrite, "pwrite", int fd, const void* data, size_t size,
          off_t offset) {
  return WriteAt(fd, data, size, offset);
}
INTERPOSE(ssize_t, OurPwrite64, "pwrite64", int fd, const void* data,
          size_t size, off_t offset) {
  return WriteAt(fd, data, size, offset);
}

#define SYNCS(ours, symbol)                                              \
  INTERPOSE(int, ours, symbol, int fd) {                                 \
    static const auto next = Next<int (*)(int)>(symbol);                 \
    Call call{.name = symbol, .path = PathOf(fd), .inode = InodeOf(fd)}; \
    return call.Do([&] { return next(fd); }, -1);                        \
  }
SYNCS(OurFsync, "fsync")
SYNCS(OurFdatasync, "fdatasync")
SYNCS(OurSyncfs, "syncfs")

#define TRUNCATES_FD(ours, symbol)                              \
  INTERPOSE(int, ours, symbol, int fd, off_t size) {            \
    static const auto next = Next<int (*)(int, off_t)>(symbol); \
    Call call{.name = "truncate",                               \
              .path = PathOf(fd),                               \
              .inode = InodeOf(fd),                             \
              .offset = size};                                  \
    return call.Do([&] { return next(fd, size); }, -1);         \
  }
TRUNCATES_FD(OurFtruncate, "ftruncate")
TRUNCATES_FD(OurFtruncate64, "ftruncate64")

#define TRUNCATES(ours, symbol)                                         \
  INTERPOSE(int, ours, symbol, const char* path, off_t size) {          \
    static const auto next = Next<int (*)(const char*, off_t)>(symbol); \
    Call call{.name = "truncate",                                       \
              .path = PathAt(AT_FDCWD, path),                           \
              .inode = InodeOf(AT_FDCWD, path, 0),                      \
              .offset = size};                                          \
    return call.Do([&] { return next(path, size); }, -1);               \
  }
TRUNCATES(OurTruncate, "truncate")
TRUNCATES(OurTruncate64, "truncate64")

// Names.

INTERPOSE(int, OurRename, "rename", const char* from, const char* to) {
  static const auto next = Next<int (*)(const char*, const char*)>("rename");
  Call call{.name = "rename",
            .path = PathAt(AT_FDCWD, from),
            .second = PathAt(AT_FDCWD, to)};
  return call.Do([&] { return next(from, to); }, -1);
}
INTERPOSE(int, OurRenameAt2, "renameat2", int from_dir, const char* from,
          int to_dir, const char* to, unsigned flags) {
  using Function = int (*)(int, const char*, int, const char*, unsigned);
  static const auto next = Next<Function>("renameat2");
  Call call{.name = (flags & RENAME_EXCHANGE) != 0 ? "exchange" : "rename",
            .path = PathAt(from_dir, from),
            .second = PathAt(to_dir, to)};
  return call.Do([&] { return next(from_dir, from, to_dir, to, flags); }, -1);
}
INTERPOSE(int, OurLink, "link", const char* from, const char* to) {
  static const auto next = Next<int (*)(const char*, const char*)>("link");
  Call call{.name = "link",
            .path = PathAt(AT_FDCWD, from),
            .second = PathAt(AT_FDCWD, to),
            .inode = InodeOf(AT_FDCWD, from, AT_SYMLINK_NOFOLLOW)};
  return call.Do([&] { return next(from, to); }, -1);
}
INTERPOSE(int, OurLinkAt, "linkat", int from_dir, const char* from, int to_dir,
          const char* to, int flags) {
  using Function = int (*)(int, const char*, int, const char*, int);
  static const auto next = Next<Function>("linkat");
  Call call{.name = "link",
            .path = PathAt(from_dir, from),
            .second = PathAt(to_dir, to),
            .inode = InodeOf(from_dir, from, flags & AT_EMPTY_PATH)};
  return call.Do([&] { return next(from_dir, from, to_dir, to, flags); }, -1);
}
INTERPOSE(int, OurUnlink, "unlink", const char* path) {
  static const auto next = Next<int (*)(const char*)>("unlink");
  Call call{.name = "unlink", .path = PathAt(AT_FDCWD, path)};
  return call.Do([&] { return next(path); }, -1);
}
INTERPOSE(int, OurUnlinkAt, "unlinkat", int dir, const char* path, int flags) {
  static const auto next = Next<int (*)(int, const char*, int)>("unlinkat");
  Call call{.name = (flags & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink",
            .path = PathAt(dir, path)};
  return call.Do([&] { return next(dir, path, flags); }, -1);
}
INTERPOSE(int, OurRmdir, "rmdir", const char* path) {
  static const auto next = Next<int (*)(const char*)>("rmdir");
  Call call{.name = "rmdir", .path = PathAt(AT_FDCWD, path)};
  return call.Do([&] { return next(path); }, -1);
}
INTERPOSE(int, OurMkdir, "mkdir", const char* path, mode_t mode) {
  static const auto next = Next<int (*)(const char*, mode_t)>("mkdir");
  Call call{.name = "mkdir", .path = PathAt(AT_FDCWD, path)};
  return call.Do(
      [&] {
        const int result = next(path, mode);
        if (result == 0) call.inode = InodeOf(AT_FDCWD, path, 0);
        return result;
      },
      -1);
}

}  // namespace
}  // namespace maskfill
