// Files and directories that are either complete under their name or absent.
//
// Who owns a half-written file is never a matter of host names or process
// numbers, which containers share: a file has no name until it is published
// (O_TMPFILE), and what must have one (a directory; a file where the file
// system knows no O_TMPFILE) is locked for as long as its writer lives.
#ifndef MASKFILL_CORE_BASE_ATOMIC_FILE_H_
#define MASKFILL_CORE_BASE_ATOMIC_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace maskfill {

// Removes what writers that have died left in `dir`: files and directories
// ".<name>.tmp-<16 hex digits>" that nobody holds a lock on. Where locks cannot
// be taken, those older than a day. OK when `dir` is absent.
absl::Status RemoveStaleTemporaries(const std::string& dir);

// Writes a file that appears under its name only in Commit(), after its bytes
// have been synced. Without Commit() nothing is left behind. Append() buffers
// (1 MiB). Not thread-safe.
//
//   ASSIGN_OR_RETURN(auto file, AtomicFile::Create(path));
//   RETURN_IF_ERROR(file->Append(bytes));
//   RETURN_IF_ERROR(file->Commit());
class AtomicFile {
 public:
  // NotFound when the directory that `path` lies in is absent.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(
      const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  absl::Status Append(absl::string_view bytes);
  // For a start that depends on what follows it: SkipStart before all else,
  // FillStart with as many bytes once they are known. Between them crc32c()
  // is that of what follows.
  absl::Status SkipStart(int64_t bytes);
  absl::Status FillStart(absl::string_view bytes);
  const std::string& path() const { return path_; }
  // Bytes appended so far, and their CRC-32C.
  int64_t size() const { return size_; }
  uint32_t crc32c() const { return crc32c_; }
  // Flush, fsync, name, fsync of the directory; replaces an older file. Call
  // once.
  absl::Status Commit();
  // The same, but false, and nothing done, when there is a file already.
  absl::StatusOr<bool> CommitUnlessThere();

 private:
  AtomicFile(std::string path, std::string temporary, int fd);
  absl::Status Flush();
  absl::Status Write(absl::string_view bytes);
  // 0, or the errno of giving the file this name.
  int Link(const std::string& name) const;

  const std::string path_;
  std::string temporary_;  // empty: the file has no name yet
  int fd_;
  int64_t size_ = 0;
  int64_t written_ = 0;  // of the file, without what is in the buffer
  int64_t started_ = 0;  // of that, what was sent to the disk
  uint32_t crc32c_ = 0;
  std::string buffer_;
};

// AtomicFile in one call.
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view bytes);

// A directory that is filled under another name and gets its own in Publish().
// Without Publish() nothing is left behind.
//
//   ASSIGN_OR_RETURN(auto directory, TemporaryDirectory::Create("models/a"));
//   RETURN_IF_ERROR(WriteFileAtomically(directory->path() + "/f", bytes));
//   RETURN_IF_ERROR(directory->Publish({"f"}));
class TemporaryDirectory {
 public:
  // Makes the parents of `path` and a directory beside it, and removes what
  // dead writers left there. A symbolic link at `path` is followed.
  static absl::StatusOr<std::unique_ptr<TemporaryDirectory>> Create(
      const std::string& path);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return temporary_; }
  // The name that Publish() gives.
  const std::string& final_path() const { return path_; }

  // Names the directory, whose files the caller has synced, by one exchange
  // where there is an older one. Of that the files in `names` are removed;
  // anything else in it was put there by somebody and moves over. Call once.
  absl::Status Publish(absl::Span<const std::string> names);

 private:
  TemporaryDirectory(std::string path, std::string temporary, int fd);

  const std::string path_;
  const std::string temporary_;
  int fd_;  // holds the lock
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_ATOMIC_FILE_H_
