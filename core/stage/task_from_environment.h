// Which task of how many this process is, from the scheduler's variables.
#ifndef MASKFILL_CORE_STAGE_TASK_FROM_ENVIRONMENT_H_
#define MASKFILL_CORE_STAGE_TASK_FROM_ENVIRONMENT_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"

namespace maskfill {

struct Task {
  int64_t index = 0;
  int64_t count = 1;
};

// `index` and `count` as given by flags win; -1 means not given and is then
// taken from, in this order:
//   SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT: (ID - MIN) / STEP of COUNT
//   JOB_COMPLETION_INDEX (Kubernetes indexed jobs; needs --task_count)
//   AWS_BATCH_JOB_ARRAY_INDEX, AWS_BATCH_JOB_ARRAY_SIZE
// else 0 of 1. InvalidArgument when the result makes no sense.
// `get_variable` is std::getenv in programs.
absl::StatusOr<Task> ResolveTask(
    int64_t index, int64_t count,
    const std::function<const char*(const char*)>& get_variable);

}  // namespace maskfill

#endif  // MASKFILL_CORE_STAGE_TASK_FROM_ENVIRONMENT_H_
