#include "core/work/task_from_environment.h"

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

// The variables of a scheduler; null where it has none.
struct Source {
  const char* name;
  const char* index;
  const char* first;
  const char* last;
  const char* step;
  const char* count;
  int64_t base;  // number of the first task of an array nobody cut
};

constexpr Source kSources[] = {
    {"slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT",
     0},
    {"slurm_rank", "SLURM_PROCID", nullptr, nullptr, nullptr,
     "SLURM_STEP_NUM_TASKS", 0},
    {"kubernetes", "JOB_COMPLETION_INDEX", nullptr, nullptr, nullptr, nullptr,
     0},
    {"aws_batch", "AWS_BATCH_JOB_ARRAY_INDEX", nullptr, nullptr, nullptr,
     "AWS_BATCH_JOB_ARRAY_SIZE", 0},
    {"pbs", "PBS_ARRAY_INDEX", nullptr, nullptr, nullptr, nullptr, 0},
    {"sge", "SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST",
     "SGE_TASK_STEPSIZE", nullptr, 1},
    {"lsf", "LSB_JOBINDEX", nullptr, "LSB_JOBINDEX_END", nullptr, nullptr, 1},
};

// The variable as a number, nothing when it is not set. SGE says "undefined"
// outside of arrays.
absl::StatusOr<std::optional<int64_t>> Number(const GetVariable& get,
                                              const char* name) {
  const char* text = name == nullptr ? nullptr : get(name);
  if (text == nullptr || *text == '\0' || std::string(text) == "undefined") {
    return std::optional<int64_t>();
  }
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "environment variable ", name, " is \"", text,
        "\", expected a number; or give --task_index and --task_count"));
  }
  return std::optional<int64_t>(value);
}

// Whether this process is a task of an array of this source.
absl::StatusOr<bool> IsSet(const Source& source, const GetVariable& get) {
  ASSIGN_OR_RETURN(const auto index, Number(get, source.index));
  if (!index.has_value()) return false;
  if (source.base == 1 && *index == 0) return false;  // LSF, outside of arrays
  if (std::string(source.name) != "slurm_rank") return true;
  // Also a batch script has a rank, which is not one of several.
  ASSIGN_OR_RETURN(const auto count, Number(get, source.count));
  return count.value_or(1) > 1;
}

absl::Status Outside(const Source& source, int64_t number,
                     absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat(
      source.index, " is ", number, ", ", expected,
      "; number the array so, or give --task_index and --task_count"));
}

// `count` -1: all there is is the array at hand.
absl::StatusOr<Task> FromSource(const Source& source, int64_t count,
                                const GetVariable& get) {
  ASSIGN_OR_RETURN(const auto number, Number(get, source.index));
  if (count != -1) {
    const int64_t index = *number - source.base;
    if (index >= 0 && index < count) return Task{index, count};
    return Outside(source, *number,
                   absl::StrCat("--task_count says ", source.base, " to ",
                                count - 1 + source.base));
  }
  ASSIGN_OR_RETURN(const auto first, Number(get, source.first));
  ASSIGN_OR_RETURN(const auto last, Number(get, source.last));
  ASSIGN_OR_RETURN(auto found_step, Number(get, source.step));
  ASSIGN_OR_RETURN(auto tasks, Number(get, source.count));
  const int64_t step = found_step.value_or(1) > 0 ? found_step.value_or(1) : 1;
  const int64_t begin = first.value_or(source.base);
  if (last.has_value()) {
    const int64_t without_gaps = (*last - begin) / step + 1;
    if (tasks.value_or(without_gaps) != without_gaps) {
      return Outside(source, *number,
                     absl::StrCat("and the array ", begin, " to ", *last,
                                  " runs ", *tasks, " of its ", without_gaps,
                                  " tasks: --task_count must say how many the "
                                  "work has"));
    }
    tasks = without_gaps;
  }
  if (!tasks.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        source.index,
        " is set but not how many tasks there are: ", "give --task_count"));
  }
  const Task task{(*number - begin) / step, *tasks};
  if (task.index >= 0 && task.index < task.count) return task;
  return Outside(source, *number,
                 absl::StrCat("expected ", begin, " to ",
                              begin + (task.count - 1) * step));
}

}  // namespace

absl::StatusOr<Task> ResolveTask(int64_t index, int64_t count,
                                 absl::string_view source,
                                 const GetVariable& get_variable) {
  if (index < -1 || count < -1 || count == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--task_index is ", index, " and --task_count is ", count,
                     ", expected 0 <= index < count"));
  }
  if (index != -1) {
    if (count == -1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--task_index is ", index, " but --task_count is not given"));
    }
    if (index < count) return Task{index, count};
    return absl::InvalidArgumentError(
        absl::StrCat("the task is ", index, " of ", count,
                     ", expected 0 <= --task_index < --task_count"));
  }
  bool known = source == "auto" || source == "none";
  std::string names = "auto, none";
  for (const Source& candidate : kSources) {
    absl::StrAppend(&names, ", ", candidate.name);
    const bool named = source == candidate.name;
    known |= named;
    if (!named && source != "auto") continue;
    ASSIGN_OR_RETURN(const bool is_set, IsSet(candidate, get_variable));
    if (is_set) return FromSource(candidate, count, get_variable);
    if (named) {
      return absl::InvalidArgumentError(
          absl::StrCat("--task_source is ", source, ", but ", candidate.index,
                       " is not set for a task of several"));
    }
  }
  if (!known) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--task_source is \"", source, "\", expected one of ", names));
  }
  if (count > 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--task_count is ", count, " but --task_index is not given"));
  }
  return Task();
}

}  // namespace maskfill
