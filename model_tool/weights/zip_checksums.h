// The checksums of a zip archive, which PyTorch's own reader leaves unchecked.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CHECKSUMS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CHECKSUMS_H_

#include <string>

#include "absl/status/status.h"

namespace maskfill {

// Reads every entry of the archive at `path` and compares it with its CRC-32.
// DataLoss with the entry's name where one differs, or when the file is no
// complete zip archive. About 1 GB/s.
absl::Status CheckZipChecksums(const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CHECKSUMS_H_
