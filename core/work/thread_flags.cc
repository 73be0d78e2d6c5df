#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_int32(num_threads, 0,
             "threads for the CPU's work, at most 1024; 0: all cores");

namespace maskfill {

void TakeThreadFlag(RunOptions* options, FlagErrors* errors) {
  options->num_threads = FLAGS_num_threads;
  errors->CheckRange("num_threads", options->num_threads, 0, 1024,
                     " (0: all cores)");
}

}  // namespace maskfill
