// The flags of `records`: --type --limit.
#ifndef MASKFILL_CORE_RECORD_RECORDS_FLAGS_H_
#define MASKFILL_CORE_RECORD_RECORDS_FLAGS_H_

#include "absl/status/statusor.h"
#include "core/record/records.h"

namespace maskfill {

// From the flags and the positional arguments that InitMain() left: command
// and path. InvalidArgument when one is missing or wrong.
absl::StatusOr<RecordsOptions> RecordsOptionsFromFlags(int argc, char** argv);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORDS_FLAGS_H_
