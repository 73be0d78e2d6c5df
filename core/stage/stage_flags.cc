#include "core/stage/stage_flags.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/progress.h"
#include "core/stage/task_from_environment.h"
#include "gflags/gflags.h"

DEFINE_string(input, "", "stage directory to read: shards with their manifest");
DEFINE_string(output, "",
              "directory to write; it is made when absent. A finished run is "
              "found there and not repeated, an unfinished one goes on");
DEFINE_int64(task_index, -1,
             "this process makes the shards with shard % task_count == "
             "task_index; -1: from the scheduler (SLURM_ARRAY_TASK_ID, "
             "JOB_COMPLETION_INDEX or AWS_BATCH_JOB_ARRAY_INDEX), else 0");
DEFINE_int64(task_count, -1,
             "how many tasks share the shards, at least 1; -1: from the "
             "scheduler, else 1. The result does not depend on it");
DEFINE_uint64(seed, 0, "seed of everything random");
DEFINE_bool(overwrite, false,
            "remove what another run left in --output and start afresh");
DEFINE_bool(dry_run, false,
            "print what would be done and its fingerprint, write nothing");
DEFINE_string(summary_json, "",
              "file to write last: what was done, counts and resources");
DEFINE_string(progress, "auto",
              "auto, bar, log (a line every 30 s), json or none; on stderr");
DEFINE_int64(max_bad_records, 0,
             "how many records or files may be unusable, in all shards "
             "together, before the run fails; at least 0");
DEFINE_int32(num_threads, 0, "threads for the CPU's work; 0: all cores");

namespace maskfill {
namespace {

bool IsGiven(const char* flag) {
  return !gflags::GetCommandLineFlagInfoOrDie(flag).is_default;
}

void RefuseUnused(const char* flag, FlagErrors* errors) {
  if (IsGiven(flag)) {
    errors->Add(absl::StrCat("--", flag, " is not used by this program"));
  }
}

void Require(const char* flag, const std::string& value, const char* what,
             FlagErrors* errors) {
  if (value.empty()) {
    errors->Add(absl::StrCat("--", flag, " is missing, expected ", what));
  }
}

}  // namespace

StageOptions StageOptionsFromFlags(FlagErrors* errors, StageFlagNeeds needs) {
  StageOptions options;
  options.input = FLAGS_input;
  options.output = FLAGS_output;
  if (needs.input) {
    Require("input", options.input, "a stage directory to read", errors);
  } else {
    RefuseUnused("input", errors);
  }
  if (needs.output) {
    Require("output", options.output, "a directory to write", errors);
  } else {
    RefuseUnused("output", errors);
  }
  if (needs.tasks) {
    const absl::StatusOr<Task> task = ResolveTask(
        FLAGS_task_index, FLAGS_task_count,
        [](const char* name) -> const char* { return std::getenv(name); });
    errors->Add(task.status());
    if (task.ok()) {
      options.task_index = task->index;
      options.task_count = task->count;
    }
  } else {
    RefuseUnused("task_index", errors);
    RefuseUnused("task_count", errors);
  }
  options.seed = FLAGS_seed;
  options.overwrite = FLAGS_overwrite;
  options.dry_run = FLAGS_dry_run;
  options.summary_json = FLAGS_summary_json;
  const absl::StatusOr<ProgressMode> progress =
      ParseProgressMode(FLAGS_progress);
  errors->Add(progress.status());
  if (progress.ok()) options.progress = *progress;
  options.max_bad_records = FLAGS_max_bad_records;
  if (options.max_bad_records < 0) {
    errors->Add(absl::StrCat("--max_bad_records is ", options.max_bad_records,
                             ", expected at least 0"));
  }
  options.num_threads = FLAGS_num_threads;
  if (options.num_threads < 0) {
    errors->Add(absl::StrCat("--num_threads is ", options.num_threads,
                             ", expected at least 0 (0: all cores)"));
  }
  return options;
}

}  // namespace maskfill
