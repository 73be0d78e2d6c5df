// One writer at a time.
#ifndef MASKFILL_CORE_BASE_FILE_LOCK_H_
#define MASKFILL_CORE_BASE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace maskfill {

// A lock on a file that dies with its process, also across containers of one
// machine, and across machines where the file system carries flock().
class FileLock {
 public:
  // Exclusive; makes the file when absent. Null when another process holds it.
  // Where the file system knows no locks it says so in the log and goes on.
  static absl::StatusOr<std::unique_ptr<FileLock>> TryExclusive(
      const std::string& path);
  // Any number of processes may share it, while none has it exclusively.
  static absl::StatusOr<std::unique_ptr<FileLock>> TryShared(
      const std::string& path);
  // Whether a process holds a lock on the file, of either kind. False when it
  // is absent or cannot be locked here.
  static bool IsHeld(const std::string& path);
  // Releases.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Removes the file, which must be locked exclusively.
  void Remove();
  // From exclusive to shared; not atomic.
  void Share();

 private:
  FileLock(std::string path, int fd);
  static absl::StatusOr<std::unique_ptr<FileLock>> Try(const std::string& path,
                                                       int operation);

  const std::string path_;
  const int fd_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FILE_LOCK_H_
