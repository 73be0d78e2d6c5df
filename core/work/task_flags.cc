#include <cstdlib>

#include "absl/status/statusor.h"
#include "core/base/flag_facts.h"
#include "core/work/run_flags.h"
#include "core/work/task_from_environment.h"
#include "gflags/gflags.h"

DEFINE_int64(task_index, -1,
             "this process makes the shards with shard % task_count == "
             "task_index; -1: from --task_source, else 0");
DEFINE_int64(task_count, -1,
             "how many tasks share the shards, at least 1; -1: from "
             "--task_source, else 1. The result does not depend on it");
DEFINE_string(task_source, "auto",
              "whose variables say which task this is, where --task_index does "
              "not: auto (the first that is set), slurm, slurm_rank, "
              "kubernetes, aws_batch, pbs, sge, lsf or none");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"task_source",
     {.values = {"auto", "slurm", "slurm_rank", "kubernetes", "aws_batch",
                 "pbs", "sge", "lsf", "none"}}},
});

}  // namespace

void TakeTaskFlags(RunOptions* options, FlagErrors* errors) {
  const absl::StatusOr<Task> task = ResolveTask(
      FLAGS_task_index, FLAGS_task_count, FLAGS_task_source,
      [](const char* name) -> const char* { return std::getenv(name); });
  errors->Add(task.status());
  if (!task.ok()) return;
  options->task_index = task->index;
  options->task_count = task->count;
}

}  // namespace maskfill
