// The flags that programs share, one group to a file: a program has exactly the
// groups that it takes, and --help shows them under their file's name.
#ifndef MASKFILL_CORE_WORK_RUN_FLAGS_H_
#define MASKFILL_CORE_WORK_RUN_FLAGS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/base/flag_errors.h"
#include "core/work/run_options.h"

namespace maskfill {

// Each fills its part of `options` and adds to `errors` what is missing or out
// of range.

// --input, a stage directory; required.
void TakeInputFlag(RunOptions* options, FlagErrors* errors);
// --output --overwrite --dry_run --summary_json. `what` says what --output is
// ("a directory to write"), which is required then; empty: it may be left out.
// Refuses one place for what two flags write, of all flags of the program.
void TakeOutputFlags(absl::string_view what, RunOptions* options,
                     FlagErrors* errors);
// --task_index --task_count --task_source (task_from_environment.h).
void TakeTaskFlags(RunOptions* options, FlagErrors* errors);
// --seed
void TakeSeedFlag(RunOptions* options);
// --progress
void TakeProgressFlag(RunOptions* options, FlagErrors* errors);
// --max_bad_records
void TakeBadRecordFlag(RunOptions* options, FlagErrors* errors);
// --num_threads
void TakeThreadFlag(RunOptions* options, FlagErrors* errors);

// The parts of a comma separated list, without spaces around them; empty parts
// are left out.
std::vector<std::string> ParseList(absl::string_view text);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_RUN_FLAGS_H_
