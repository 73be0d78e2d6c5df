// Tar archives whose bytes depend on their members alone.
#ifndef MASKFILL_RECORD_TOOL_TAR_WRITER_H_
#define MASKFILL_RECORD_TOOL_TAR_WRITER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/atomic_file.h"

namespace maskfill {

// POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"): per member a
// block of 512 bytes and its bytes up to the next block, two empty blocks at
// the end. Every member is a plain file of mode 0644, owner 0 and time 0. No
// library does less than this one header, and none is needed for it.
//
//   ASSIGN_OR_RETURN(auto tar, TarWriter::Create("images-000000.tar"));
//   RETURN_IF_ERROR(tar->Append("000000000.png", png));
//   RETURN_IF_ERROR(tar->Close());
//
// Not thread-safe.
class TarWriter {
 public:
  static absl::StatusOr<std::unique_ptr<TarWriter>> Create(
      const std::string& path);

  // InvalidArgument when the name is empty or longer than 100 bytes, or there
  // are 8 GiB: ustar cannot say more.
  absl::Status Append(absl::string_view name, absl::string_view bytes);

  // Syncs and names the file. Call once, last.
  absl::Status Close();

 private:
  explicit TarWriter(std::unique_ptr<AtomicFile> file)
      : file_(std::move(file)) {}

  std::unique_ptr<AtomicFile> file_;
};

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_TAR_WRITER_H_
