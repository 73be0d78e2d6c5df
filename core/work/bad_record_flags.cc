#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_int64(max_bad_records, 0,
             "how many records or files may be unusable, in all shards "
             "together, before the run fails; at least 0");

namespace maskfill {

void TakeBadRecordFlag(RunOptions* options, FlagErrors* errors) {
  options->max_bad_records = FLAGS_max_bad_records;
  errors->CheckAtLeast("max_bad_records", options->max_bad_records, 0);
}

}  // namespace maskfill
