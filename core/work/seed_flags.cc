#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_uint64(seed, 0, "seed of everything random");

namespace maskfill {

void TakeSeedFlag(RunOptions* options) { options->seed = FLAGS_seed; }

}  // namespace maskfill
