// A call to the system that a program makes below a directory: noted, and made
// to fail where it is to be. What is set by the environment stands in
// system_calls.cc.
#ifndef MASKFILL_TESTS_RELIABILITY_CALL_H_
#define MASKFILL_TESTS_RELIABILITY_CALL_H_

#include <cerrno>
#include <cstdint>
#include <string>

namespace maskfill {

// The path of an open file; that of `name` in the directory `dir`, or of none.
std::string PathOf(int fd);
std::string PathAt(int dir, const char* name);
// Whether calls on `path` are noted.
bool IsWatched(const std::string& path);
// 0 where there is none. `flags`: as of fstatat.
uint64_t InodeOf(int dir, const char* path, int flags);
uint64_t InodeOf(int fd);

// What the environment sets, anew: a process reads it once.
void ReadSettings();

struct Call {
  const char* name;
  std::string path, second = {};
  uint64_t inode = 0;
  int64_t offset = 0;
  int64_t size = 0;
  bool created = false;
  bool cut = false;
  // Set by Begin() for the call that is to be hit: what it fails with, or that
  // it does half of its work.
  int error = 0;
  bool half = false;
  bool watched = false;

  // Does not return where the process is to end here.
  void Begin();
  // Notes the call, which has `failed` with errno or not. `data`: what it
  // wrote, `size` bytes.
  void End(bool failed, const void* data = nullptr) const;

  // Carries it out unless it is to fail; what `function` returns and what it
  // would return where it fails, `failure`. `data`: as of End.
  template <typename Function, typename Result>
  Result Do(const Function& function, Result failure,
            const void* data = nullptr) {
    Begin();
    Result result = failure;
    if (error != 0) {
      errno = error;
    } else {
      result = function();
    }
    End(result == failure, data);
    return result;
  }
};

}  // namespace maskfill

#endif  // MASKFILL_TESTS_RELIABILITY_CALL_H_
