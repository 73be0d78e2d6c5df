// Which task of how many this process is, from the scheduler's variables.
#ifndef MASKFILL_CORE_WORK_TASK_FROM_ENVIRONMENT_H_
#define MASKFILL_CORE_WORK_TASK_FROM_ENVIRONMENT_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

struct Task {
  int64_t index = 0;
  int64_t count = 1;
};

// One rule for all schedulers, which cannot do the wrong work:
//
// 1. `index` and `count` as given by flags win; -1 means not given.
// 2. Else the variables of `source` say the task's number; "auto" takes the
//    first source below whose first variable is set, "none" looks at none.
// 3. With `count` given the number is the task's place among all tasks of the
//    work, whichever of them the array at hand runs: task 3 of 4 that is
//    submitted again alone is task 3 of 4. Schedulers that number from 1 (SGE,
//    LSF) have 1 taken off.
// 4. Without it the array at hand is all there is, and must have no gaps.
// 5. A number outside of what the count says is an error that names the
//    variable.
//
//   slurm       SLURM_ARRAY_TASK_ID, _MIN, _MAX, _STEP, _COUNT
//   slurm_rank  SLURM_PROCID of SLURM_STEP_NUM_TASKS (tasks of one srun)
//   kubernetes  JOB_COMPLETION_INDEX; needs `count`
//   aws_batch   AWS_BATCH_JOB_ARRAY_INDEX, AWS_BATCH_JOB_ARRAY_SIZE
//   pbs         PBS_ARRAY_INDEX; needs `count`
//   sge         SGE_TASK_ID, SGE_TASK_FIRST, _LAST, _STEPSIZE
//   lsf         LSB_JOBINDEX, LSB_JOBINDEX_END
//
// InvalidArgument when the result makes no sense. `get_variable` is
// std::getenv in programs.
absl::StatusOr<Task> ResolveTask(
    int64_t index, int64_t count, absl::string_view source,
    const std::function<const char*(const char*)>& get_variable);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_TASK_FROM_ENVIRONMENT_H_
