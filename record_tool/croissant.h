// records croissant: a set as data-set catalogues describe it.
#ifndef MASKFILL_RECORD_TOOL_CROISSANT_H_
#define MASKFILL_RECORD_TOOL_CROISSANT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

inline constexpr uint32_t kCroissantVersion = 1;
inline constexpr char kCroissantFile[] = "croissant.json";

struct CroissantOptions {
  // --input: a stage directory. --output: the file; empty: croissant.json
  // beside the manifest, where its relative paths hold.
  RunOptions run;
};

// Writes the Croissant 1.0 metadata (mlcommons.org/croissant/1.0) of a set: its
// shards with their sizes and SHA-256, and its classes as an enumeration of
// label, key and name. What nobody has told (license, citation, date) is left
// out. Beside the manifest it has a ledger's entry of its own, so a file that
// somebody has written or edited stays.
//
// Reads all shards: DataLoss when one is not what the manifest says. Else as of
// MakeFile.
absl::StatusOr<WorkResult> MakeCroissant(const CroissantOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_CROISSANT_H_
