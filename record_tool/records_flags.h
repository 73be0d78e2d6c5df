// The flags of `records`: --type --limit --to, and those of a run.
#ifndef MASKFILL_RECORD_TOOL_RECORDS_FLAGS_H_
#define MASKFILL_RECORD_TOOL_RECORDS_FLAGS_H_

#include "absl/status/statusor.h"
#include "record_tool/records.h"

namespace maskfill {

// From the flags and the positional arguments that InitMain() left: command
// and path. InvalidArgument when one is missing or wrong, or a flag is given
// that the command does not take.
absl::StatusOr<RecordsOptions> RecordsOptionsFromFlags(int argc, char** argv);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_RECORDS_FLAGS_H_
