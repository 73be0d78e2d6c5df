#include "train/train.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/freed_memory.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/device.h"
#include "core/training/process_group.h"
#include "core/work/run.h"
#include "core/work/work.h"
#include "train/train_inputs.h"
#include "train/training_run.h"

namespace maskfill {
namespace {

// In place of the fingerprint of a run that is to be made.
constexpr char kNothingToDo[] = "nothing to do";

void PrintResult(const TrainOptions& options, const v1::Manifest& result) {
  std::printf("last: %s\n",
              JoinPath(options.run.output, kLastDirectory).c_str());
  if (options.validation.empty()) return;
  std::printf("best: %s (validation top-1 %.2f %%)\n",
              JoinPath(options.run.output, kBestDirectory).c_str(),
              100 * CounterOf(result, "best_accuracy"));
}

// 0: all cores, which the ranks of a machine share.
int NumThreads(const TrainOptions& options) {
  if (options.run.num_threads > 0 || options.ranks.launch.size == 1) {
    return options.run.num_threads;
  }
  return std::max<int>(
      1,
      ResolveNumThreads(0) / static_cast<int>(options.ranks.launch.local_size));
}

absl::Status RunTraining(const TrainOptions& options, const TrainInputs& inputs,
                         ProcessGroup& group, const std::string& dir,
                         WorkResult* made) {
  SetUpCompute(options.compute.precision, options.run.num_threads);
  KeepFreedMemory();
  ASSIGN_OR_RETURN(
      const std::unique_ptr<TrainingRun> run,
      TrainingRun::Create(options, inputs, group, made->manifest, dir));
  const absl::Status status = run->Run();
  made->records = run->images_trained();
  RETURN_IF_ERROR(status);
  run->AddCounters(&made->manifest);
  return absl::OkStatus();
}

// Rank 0: looks at --output, and takes the others along where there is
// something to do.
absl::StatusOr<WorkResult> Lead(const TrainOptions& options,
                                ProcessGroup& group) {
  ASSIGN_OR_RETURN(const TrainInputs inputs, OpenTrainInputs(options));
  ASSIGN_OR_RETURN(
      WorkResult result,
      MakeRun(options.run, TrainWork(options, inputs), TrainFiles(),
              /*again=*/!options.resume,
              [&](const std::string& dir, WorkResult* made) -> absl::Status {
                RETURN_IF_ERROR(group.Agree(absl::OkStatus()));
                RETURN_IF_ERROR(
                    group.BroadcastText(made->manifest.fingerprint()).status());
                return RunTraining(options, inputs, group, dir, made);
              }));
  if (result.already_done) {
    RETURN_IF_ERROR(group.Agree(absl::OkStatus()));
    RETURN_IF_ERROR(group.BroadcastText(kNothingToDo).status());
  }
  if (result.complete) PrintResult(options, result.manifest);
  return result;
}

absl::StatusOr<WorkResult> Follow(const TrainOptions& options,
                                  ProcessGroup& group) {
  ASSIGN_OR_RETURN(const TrainInputs inputs, OpenTrainInputs(options));
  const Work work = TrainWork(options, inputs);
  WorkResult result;
  result.manifest = PlanOf(work, work.tool, "checkpoint");
  RETURN_IF_ERROR(group.Agree(absl::OkStatus()));
  ASSIGN_OR_RETURN(const std::string wanted, group.BroadcastText(""));
  if (wanted == kNothingToDo) {
    result.already_done = true;
    return result;
  }
  if (wanted != result.manifest.fingerprint()) {
    return absl::FailedPreconditionError(
        absl::StrCat("was told of other work than rank 0 (fingerprint ",
                     result.manifest.fingerprint(), ", there ", wanted,
                     "); give all ranks the same flags and inputs"));
  }
  RETURN_IF_ERROR(RunTraining(options, inputs, group, /*dir=*/"", &result));
  return result;
}

}  // namespace

absl::StatusOr<WorkResult> Train(const TrainOptions& given) {
  AcceptSaveRequests();
  TrainOptions options = given;
  options.run.num_threads = NumThreads(given);
  const Launch& launch = options.ranks.launch;
  options.compute.device = DeviceOfRank(given.compute.device, launch);
  if (launch.size == 1) return Lead(options, ProcessGroup::Alone());
  if (options.run.dry_run) {
    if (launch.rank == 0) return Lead(options, ProcessGroup::Alone());
    return WorkResult();
  }
  ASSIGN_OR_RETURN(
      const std::unique_ptr<ProcessGroup> group,
      ProcessGroup::Join(launch, options.ranks.collective_timeout));
  absl::StatusOr<WorkResult> result =
      group->leads() ? Lead(options, *group) : Follow(options, *group);
  const absl::Status agreed = group->Agree(result.status());
  group->Leave();
  if (!agreed.ok()) return agreed;
  return result;
}

}  // namespace maskfill
