#include "train/training_stage.h"

#include <cstdio>
#include <utility>

#include "ATen/Parallel.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/stage/stage_summary.h"
#include "glog/logging.h"
#include "train/run/run_directory.h"
#include "train/train_inputs.h"
#include "train/training_run.h"

namespace maskfill {
namespace {

absl::Status PrintPlan(const TrainOptions& options, const v1::Manifest& plan,
                       const RunDirectory& directory) {
  std::printf("%s %s, dry run: nothing is written\n", plan.tool().c_str(),
              plan.tool_version().c_str());
  std::printf("output: %s\n", options.stage.output.c_str());
  std::printf("fingerprint: %s\n", plan.fingerprint().c_str());
  for (const v1::Option& option : plan.options()) {
    std::printf("option: %s=%s\n", option.name().c_str(),
                option.value().c_str());
  }
  std::printf("option: seed=%llu\n",
              static_cast<unsigned long long>(plan.seed()));
  for (const v1::InputReference& input : plan.inputs()) {
    std::printf("input: %s %s (%s)\n", input.role().c_str(),
                input.fingerprint().c_str(), input.path().c_str());
  }
  RunProgress progress = RunProgress::kNotStarted;
  if (!options.stage.overwrite) {
    ASSIGN_OR_RETURN(progress, directory.Inspect());
  }
  std::printf("run: %s\n", progress == RunProgress::kFinished ? "finished"
                           : progress == RunProgress::kStarted
                               ? "begun, goes on"
                               : "to be begun");
  return absl::OkStatus();
}

void PrintResult(const RunDirectory& directory, const v1::Manifest& manifest) {
  std::printf("last: %s\n", directory.LastPath().c_str());
  for (const v1::Counter& counter : manifest.counters()) {
    if (counter.name() == "best_accuracy") {
      std::printf("best: %s (validation top-1 %.2f %%)\n",
                  directory.BestPath().c_str(), 100 * counter.value());
    }
  }
}

absl::Status RunTraining(const TrainOptions& options, StageResult* result) {
  ASSIGN_OR_RETURN(const TrainInputs inputs, OpenTrainInputs(options));
  result->manifest = TrainPlan(options, inputs);
  const RunDirectory directory(options.stage.output, result->manifest);
  if (options.stage.dry_run) {
    return PrintPlan(options, result->manifest, directory);
  }
  RunProgress progress = RunProgress::kNotStarted;
  if (options.stage.overwrite) {
    if (IsDirectory(options.stage.output)) RETURN_IF_ERROR(directory.Clear());
  }
  ASSIGN_OR_RETURN(progress, directory.Inspect());
  if (progress == RunProgress::kFinished) {
    ASSIGN_OR_RETURN(result->manifest, directory.ReadFinished());
    result->already_done = true;
    result->complete = true;
    LOG(INFO) << "\"" << options.stage.output
              << "\" is finished already (fingerprint "
              << result->manifest.fingerprint() << "): nothing to do";
    PrintResult(directory, result->manifest);
    return absl::OkStatus();
  }
  if (progress == RunProgress::kStarted && !options.resume) {
    RETURN_IF_ERROR(directory.Clear());
  }
  if (options.stage.num_threads > 0) {
    at::set_num_threads(options.stage.num_threads);
  }
  // Everything that can be found wrong is found before anything is written.
  ASSIGN_OR_RETURN(
      std::unique_ptr<TrainingRun> run,
      TrainingRun::Create(options, inputs, result->manifest, directory));
  RETURN_IF_ERROR(directory.Begin());
  const absl::Status trained = run->Run();
  result->records = run->images_trained();
  RETURN_IF_ERROR(trained);
  RETURN_IF_ERROR(directory.Finish(run->FinishedManifest()));
  ASSIGN_OR_RETURN(result->manifest, directory.ReadFinished());
  result->complete = true;
  PrintResult(directory, result->manifest);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StageResult> Train(const TrainOptions& options) {
  const absl::Time start = absl::Now();
  StageResult result;
  const absl::Status status = RunTraining(options, &result);
  result.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (!options.stage.summary_json.empty() && !options.stage.dry_run) {
    const absl::Status written =
        WriteFileAtomically(options.stage.summary_json,
                            StageSummaryJson(options.stage, result, status));
    if (status.ok()) RETURN_IF_ERROR(Annotate(written, "--summary_json"));
  }
  RETURN_IF_ERROR(status);
  return result;
}

}  // namespace maskfill
