#include "tests/reliability/call.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>

namespace maskfill {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Settings {
  const std::string root = Variable("MASKFILL_CALLS_ROOT");
  const std::string names = Variable("MASKFILL_CALLS_NAMES");
  const std::string fault = Variable("MASKFILL_CALLS_FAULT");
  const int64_t at = std::atoll(Variable("MASKFILL_CALLS_AT").c_str());
  int log = -1;
  int bytes = -1;

  Settings() {
    const std::string path = Variable("MASKFILL_CALLS_LOG");
    if (path.empty()) return;
    log = Open(path);
    bytes = Open(path + ".bytes");
  }
  bool Counts(const char* name) const {
    return names.empty() ||
           ("," + names + ",").find("," + std::string(name) + ",") !=
               std::string::npos;
  }

 private:
  static int Open(const std::string& path) {
    return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.c_str(),
                                    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                                    0666));
  }
};

// Never destroyed: programs write until their last moment.
const Settings*& Current() {
  static const Settings* settings = new Settings;
  return settings;
}
const Settings& Get() { return *Current(); }

std::string TargetOf(const std::string& link) {
  char target[4096];
  const ssize_t size = readlink(link.c_str(), target, sizeof(target));
  return size < 0 ? "" : std::string(target, static_cast<size_t>(size));
}

}  // namespace

void ReadSettings() { Current() = new Settings; }

std::string PathOf(int fd) {
  return TargetOf("/proc/self/fd/" + std::to_string(fd));
}

std::string PathAt(int dir, const char* name) {
  std::string path(name);
  if (path.empty() || path[0] != '/') {
    path = (dir == AT_FDCWD ? TargetOf("/proc/self/cwd") : PathOf(dir)) + "/" +
           path;
  }
  path = std::filesystem::path(path).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool IsWatched(const std::string& path) {
  const std::string& root = Get().root;
  return !root.empty() && path.compare(0, root.size(), root) == 0 &&
         (path.size() == root.size() || path[root.size()] == '/');
}

uint64_t InodeOf(int dir, const char* path, int flags) {
  struct stat info;
  return syscall(SYS_newfstatat, dir, path, &info, flags) == 0 ? info.st_ino
                                                               : 0;
}

uint64_t InodeOf(int fd) { return InodeOf(fd, "", AT_EMPTY_PATH); }

void Call::Begin() {
  const Settings& settings = Get();
  watched = IsWatched(path) || IsWatched(second);
  if (!watched || settings.at == 0 || !settings.Counts(name)) return;
  static std::atomic<int64_t> calls = 0;
  if (++calls != settings.at) return;
  if (settings.fault == "kill") {
    syscall(SYS_kill, getpid(), SIGKILL);
  } else if (settings.fault == "short") {
    half = true;
  } else {
    error = std::atoi(settings.fault.c_str());
  }
}

void Call::End(bool failed, const void* data) const {
  const Settings& settings = Get();
  if (!watched || settings.log < 0) return;
  const int saved = errno;
  static std::mutex* const mutex = new std::mutex;
  const std::lock_guard<std::mutex> lock(*mutex);
  int64_t place = 0;
  if (data != nullptr && !failed) {
    place = lseek(settings.bytes, 0, SEEK_END);
    syscall(SYS_write, settings.bytes, data, static_cast<size_t>(size));
  }
  std::string line = name;
  for (const std::string& field :
       {std::to_string(failed ? -saved : 0), std::to_string(inode), path,
        second, std::to_string(offset), std::to_string(place),
        std::to_string(size),
        std::string(created ? "new" : (cut ? "cut" : ""))}) {
    line += '\t';
    line += field;
  }
  line += '\n';
  syscall(SYS_write, settings.log, line.data(), line.size());
  errno = saved;
}

}  // namespace maskfill
