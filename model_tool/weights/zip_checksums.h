// The checksums of a zip archive, which PyTorch's own reader leaves unchecked.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CHECKSUMS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CHECKSUMS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Reads every entry of an archive and compares it with its CRC-32.
// DataLoss with the entry's name where one differs, or when the file is no
// complete zip archive. About 1 GB/s.
absl::Status CheckZipChecksums(absl::string_view archive);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_ZIP_CHECKSUMS_H_
