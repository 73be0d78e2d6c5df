#include "core/base/appended_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace maskfill {

AppendedFile::AppendedFile(std::string path, int fd)
    : path_(std::move(path)), fd_(fd) {}

AppendedFile::~AppendedFile() { close(fd_); }

absl::StatusOr<std::unique_ptr<AppendedFile>> AppendedFile::Open(
    const std::string& path) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return ErrnoStatus(errno, "append to", path);
  return std::unique_ptr<AppendedFile>(new AppendedFile(path, fd));
}

absl::Status AppendedFile::Append(absl::string_view bytes) {
  return WriteAll(fd_, bytes, path_);
}

absl::Status AppendedFile::Sync() {
  if (fsync(fd_) != 0) return ErrnoStatus(errno, "sync", path_);
  if (!name_synced_) RETURN_IF_ERROR(SyncDirectory(Dirname(path_)));
  name_synced_ = true;
  return absl::OkStatus();
}

}  // namespace maskfill
