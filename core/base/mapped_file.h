// A file's bytes without a copy of them.
#ifndef MASKFILL_CORE_BASE_MAPPED_FILE_H_
#define MASKFILL_CORE_BASE_MAPPED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// A whole file in the address space. It may be replaced under its name
// meanwhile; whoever shortens it in place ends this process (SIGBUS), and
// whoever else changes it there is found by CheckUnchanged.
//
//   ASSIGN_OR_RETURN(const auto file, MappedFile::Open(path));
//   Parse(file->bytes());
//   RETURN_IF_ERROR(file->CheckUnchanged());
//
// Thread-safe.
class MappedFile {
 public:
  // NotFound when there is no such file, InvalidArgument for what is none (a
  // directory, a pipe). An empty file has no bytes.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(
      const std::string& path);
  // The file that `fd` is open for, whose name is or was `path`; closes `fd`.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> OfDescriptor(
      int fd, const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  absl::string_view bytes() const { return {data_, size_}; }

  // DataLoss when the file was written to since Open.
  absl::Status CheckUnchanged() const;

  // Gives back the memory of pages that were read, all or those of `bytes`
  // bytes from the page of byte `begin` on; they are read again when they are
  // needed.
  void DropPages(size_t begin = 0,
                 size_t bytes = absl::string_view::npos) const;

 private:
  MappedFile(std::string path, int fd, const char* data, size_t size,
             int64_t modified_ns);

  const std::string path_;
  const int fd_;
  const char* const data_;
  const size_t size_;
  const int64_t modified_ns_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_MAPPED_FILE_H_
