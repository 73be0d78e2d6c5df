#include "core/stage/task_from_environment.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using GetVariable = std::function<const char*(const char*)>;

// The variable as a number, nothing when it is unset or empty.
absl::StatusOr<std::optional<int64_t>> Number(const GetVariable& get,
                                              const char* name) {
  const char* text = get(name);
  if (text == nullptr || *text == '\0') return std::optional<int64_t>();
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "environment variable ", name, " is \"", text,
        "\", expected a number; or give --task_index and --task_count"));
  }
  return std::optional<int64_t>(value);
}

struct Found {
  std::optional<int64_t> index;
  std::optional<int64_t> count;
  const char* variable = "";
};

absl::StatusOr<Found> FromScheduler(const GetVariable& get) {
  Found found;
  ASSIGN_OR_RETURN(const auto slurm, Number(get, "SLURM_ARRAY_TASK_ID"));
  if (slurm.has_value()) {
    ASSIGN_OR_RETURN(const auto min, Number(get, "SLURM_ARRAY_TASK_MIN"));
    ASSIGN_OR_RETURN(const auto step, Number(get, "SLURM_ARRAY_TASK_STEP"));
    ASSIGN_OR_RETURN(found.count, Number(get, "SLURM_ARRAY_TASK_COUNT"));
    const int64_t stride = step.value_or(1) > 0 ? step.value_or(1) : 1;
    found.index = (*slurm - min.value_or(0)) / stride;
    found.variable = "SLURM_ARRAY_TASK_ID";
    return found;
  }
  ASSIGN_OR_RETURN(found.index, Number(get, "JOB_COMPLETION_INDEX"));
  if (found.index.has_value()) {
    found.variable = "JOB_COMPLETION_INDEX";
    return found;
  }
  ASSIGN_OR_RETURN(found.index, Number(get, "AWS_BATCH_JOB_ARRAY_INDEX"));
  if (found.index.has_value()) {
    ASSIGN_OR_RETURN(found.count, Number(get, "AWS_BATCH_JOB_ARRAY_SIZE"));
    found.variable = "AWS_BATCH_JOB_ARRAY_INDEX";
  }
  return found;
}

}  // namespace

absl::StatusOr<Task> ResolveTask(int64_t index, int64_t count,
                                 const GetVariable& get_variable) {
  if (index < -1 || count < -1 || count == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--task_index is ", index, " and --task_count is ", count,
                     ", expected 0 <= index < count"));
  }
  Found found;
  if (index == -1) {
    ASSIGN_OR_RETURN(found, FromScheduler(get_variable));
    if (count == -1 && found.index.has_value() && !found.count.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(found.variable,
                       " is set but not how many tasks there are: give "
                       "--task_count"));
    }
    if (count > 1 && !found.index.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--task_count is ", count, " but --task_index is not given"));
    }
  } else if (count == -1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--task_index is ", index, " but --task_count is not given"));
  }
  Task task;
  task.index = index != -1 ? index : found.index.value_or(0);
  task.count = count != -1 ? count : found.count.value_or(1);
  if (task.index < 0 || task.index >= task.count) {
    return absl::InvalidArgumentError(
        absl::StrCat("the task is ", task.index, " of ", task.count,
                     ", expected 0 <= --task_index < --task_count"));
  }
  return task;
}

}  // namespace maskfill
