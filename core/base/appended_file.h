// A file that grows while others may follow it.
#ifndef MASKFILL_CORE_BASE_APPENDED_FILE_H_
#define MASKFILL_CORE_BASE_APPENDED_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Appends what it is given at once. Not thread-safe.
//
//   ASSIGN_OR_RETURN(auto file, AppendedFile::Open(path));
//   RETURN_IF_ERROR(file->Append("line\n"));
//   RETURN_IF_ERROR(file->Sync());
class AppendedFile {
 public:
  // Makes the file when absent.
  static absl::StatusOr<std::unique_ptr<AppendedFile>> Open(
      const std::string& path);
  ~AppendedFile();
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;

  // Where it fails, a part of `bytes` may stand in the file.
  absl::Status Append(absl::string_view bytes);
  // Returns when all bytes, and the file's name, would survive a crash of the
  // machine.
  absl::Status Sync();

 private:
  AppendedFile(std::string path, int fd);

  const std::string path_;
  const int fd_;
  bool name_synced_ = false;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_APPENDED_FILE_H_
