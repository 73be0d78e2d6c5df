// Paths, files and directories.
//
// Every function's error names the path and the system's reason. A missing
// path is NotFound, a full disk or quota ResourceExhausted, no permission
// PermissionDenied, any other failure of the system Unavailable.
#ifndef MASKFILL_CORE_BASE_FILES_H_
#define MASKFILL_CORE_BASE_FILES_H_

#include <cstdint>
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

// `path` with symbolic links, "." and ".." followed and without a slash at its
// end; what does not exist yet stays as it is. So two names of one place are
// equal. InvalidArgument for a symbolic link to nothing.
absl::StatusOr<std::string> CanonicalPath(const std::string& path);
// Whether `path`, which others wrote, stays below the directory that it is
// joined to: it is relative, and has no empty part, ".", ".." or NUL.
bool StaysBelow(absl::string_view path);
// Whether `path` is `dir` or lies in it; both canonical.
bool IsInside(absl::string_view path, absl::string_view dir);

bool PathExists(const std::string& path);
bool IsDirectory(const std::string& path);
// The same where it must not be false because the system cannot tell: that is
// an error of its own.
absl::StatusOr<bool> FindPath(const std::string& path);
absl::StatusOr<bool> FindDirectory(const std::string& path);
absl::StatusOr<int64_t> FileSize(const std::string& path);

// The whole file as bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Names (not paths) in `dir`, sorted bytewise, without "." and "..".
absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& dir);

// Creates `dir` and its parents, which survive a crash of the machine; OK when
// it exists.
absl::Status MakeDirectories(const std::string& dir);

// Removes a file; OK when it is absent.
absl::Status RemoveFile(const std::string& path);
// Renames within one file system and syncs the parent directory.
absl::Status RenamePath(const std::string& from, const std::string& to);
// Removes a directory with everything in it; OK when it is absent.
absl::Status RemoveTree(const std::string& path);

// Syncs a directory so that renames in it survive a crash.
absl::Status SyncDirectory(const std::string& dir);

// Writes all of `bytes` to an open file; `path` is for the message.
absl::Status WriteAll(int fd, absl::string_view bytes, absl::string_view path);

// Writes a file without syncing it, for directories of many small files that
// are filled under a temporary name, synced at once and then renamed.
absl::Status WriteFileUnsynced(const std::string& path,
                               absl::string_view bytes);
// Syncs all files of the file system that `path` lies on.
absl::Status SyncFileSystem(const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FILES_H_
