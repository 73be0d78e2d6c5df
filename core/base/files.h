// Files that are either complete under their final name or absent.
//
// Every function's error names the path and the system's reason. A missing
// path is NotFound, a full disk or quota ResourceExhausted, no permission
// PermissionDenied, any other failure of the system Unavailable.
#ifndef MASKFILL_CORE_BASE_FILES_H_
#define MASKFILL_CORE_BASE_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// "dir/name"; `name` alone when `dir` is empty or `name` is absolute.
std::string JoinPath(absl::string_view dir, absl::string_view name);
// "a/b" of "a/b/c.txt", "." of "c.txt"; and "c.txt" of both.
std::string Dirname(absl::string_view path);
std::string Basename(absl::string_view path);

// What `error` (an errno) means for `action` ("write") on `path`: its canonical
// code, and where room is short that it has to be made.
absl::Status ErrnoStatus(int error, absl::string_view action,
                         absl::string_view path);

bool PathExists(const std::string& path);
bool IsDirectory(const std::string& path);
absl::StatusOr<int64_t> FileSize(const std::string& path);

// The whole file as bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Names (not paths) in `dir`, sorted bytewise, without "." and "..".
absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& dir);

// Creates `dir` and its parents; OK when it exists.
absl::Status MakeDirectories(const std::string& dir);

// Removes a file; OK when it is absent.
absl::Status RemoveFile(const std::string& path);
// Renames within one file system and syncs the parent directory.
absl::Status RenamePath(const std::string& from, const std::string& to);
// Removes a directory with everything in it; OK when it is absent.
absl::Status RemoveTree(const std::string& path);

// Removes files and directories in `dir` that an AtomicFile (or a writer that
// names its temporaries with TemporaryPath) of a process that has ended left
// behind on this host, and those of other hosts older than a day.
absl::Status RemoveStaleTemporaries(const std::string& dir);

// A name in the same directory as `path`, unique to this call:
// "<dir>/.<name>.tmp-<host>-<pid>-<number>".
std::string TemporaryPath(const std::string& path);

// Syncs a directory so that renames in it survive a crash.
absl::Status SyncDirectory(const std::string& dir);

// Writes a file that appears under its name only in Commit(), after its bytes
// have been synced. Without Commit() nothing is left behind. Append() buffers
// (1 MiB). Not thread-safe.
class AtomicFile {
 public:
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status Append(absl::string_view bytes);
  // Bytes appended so far.
  int64_t size() const { return size_; }
  // Flush, fsync, rename, fsync of the directory. Call once.
  absl::Status Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int fd);
  absl::Status Flush();

  const std::string path_;
  const std::string temporary_;
  int fd_;
  int64_t size_ = 0;
  std::string buffer_;
};

// Writes a file without syncing it, for directories of many small files that
// are filled under a temporary name, synced at once and then renamed.
absl::Status WriteFileUnsynced(const std::string& path,
                               absl::string_view bytes);
// Syncs all files of the file system that `path` lies on.
absl::Status SyncFileSystem(const std::string& path);

// AtomicFile in one call.
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view bytes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FILES_H_
