// The entries of a zip archive, and their checksums, which PyTorch's own
// reader leaves unchecked.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CONTENTS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CONTENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

struct ZipContents {
  std::vector<std::string> names;  // of the entries, in the archive's order
  bool compressed = false;         // whether one of them is
};

// What the entries of an archive may have together, unpacked: 100 times the
// archive and 1 MiB. Weights deflate to more than half; a bomb to a thousandth.
int64_t MaxUnpackedBytes(absl::string_view archive);

// Reads the directory of an archive. DataLoss when the bytes are no complete
// zip archive, or its entries say that they have more than MaxUnpackedBytes().
absl::StatusOr<ZipContents> ReadZipContents(absl::string_view archive);

// Reads every entry and compares it with its CRC-32, where it has one (torch
// leaves them out after set_crc32_options(False)). DataLoss with the entry's
// name where one differs. About 1 GB/s.
absl::Status CheckZipChecksums(absl::string_view archive);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CONTENTS_H_
