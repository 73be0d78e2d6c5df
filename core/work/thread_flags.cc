#include "absl/strings/str_cat.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_int32(num_threads, 0,
             "threads for the CPU's work, at most 1024; 0: all cores");

namespace maskfill {

void TakeThreadFlag(RunOptions* options, FlagErrors* errors) {
  options->num_threads = FLAGS_num_threads;
  if (options->num_threads < 0 || options->num_threads > 1024) {
    errors->Add(absl::StrCat("--num_threads is ", options->num_threads,
                             ", expected 0 to 1024 (0: all cores)"));
  }
}

}  // namespace maskfill
