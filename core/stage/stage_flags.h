// The flags that all stages share: --input --output --task_index --task_count
// --seed --overwrite --dry_run --summary_json --progress --max_bad_records
// --num_threads.
#ifndef MASKFILL_CORE_STAGE_STAGE_FLAGS_H_
#define MASKFILL_CORE_STAGE_STAGE_FLAGS_H_

#include "core/stage/flag_errors.h"
#include "core/stage/stage_options.h"

namespace maskfill {

// Which of them a program must be given. What it does not use is refused when
// it is given all the same, instead of being ignored.
struct StageFlagNeeds {
  bool input = true;   // --input is required; false: it is not used
  bool output = true;  // --output is required; false: it is not used
  bool tasks = true;   // --task_index and --task_count are used
};

// Adds to `errors` for every flag that is missing or out of range. Fills
// task_index and task_count from the scheduler (task_from_environment.h).
StageOptions StageOptionsFromFlags(FlagErrors* errors,
                                   StageFlagNeeds needs = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_STAGE_STAGE_FLAGS_H_
