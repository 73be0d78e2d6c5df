// records salvage: what is sound of a damaged set.
#ifndef MASKFILL_RECORD_TOOL_SALVAGE_RECORDS_H_
#define MASKFILL_RECORD_TOOL_SALVAGE_RECORDS_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

inline constexpr uint32_t kSalvageVersion = 2;

struct SalvageRecordsOptions {
  // --input: a stage directory, or one shard; it is left as it is. --output:
  // the set of its sound records.
  RunOptions run;
  // Full name of the records' message; "": from the manifest.
  std::string type;
};

// Copies the sound records (core/record/record_salvage.h), byte by byte and in
// order, into a set of as many shards with whole indexes and a manifest that
// has the old one's dataset, options, seed and inputs. Its fingerprint depends
// on the damaged bytes. What was skipped is listed in the manifest as bad
// records and printed to `out`, a line each, with how many records were lost;
// without the old manifest that number is not known. A shard that is missing
// loses all its records. Skipped as well is what has right checksums and is
// none of the set: bytes that are no such message, and a second record of an id
// and variant in its shard.
//
// The new set has another content fingerprint: stages after it are to be run
// again on it.
//
// InvalidArgument when no manifest and no --type says what the records are;
// else as of MakeShards.
absl::StatusOr<WorkResult> SalvageRecords(const SalvageRecordsOptions& options,
                                          std::ostream& out);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_SALVAGE_RECORDS_H_
