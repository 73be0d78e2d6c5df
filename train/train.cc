#include "train/train.h"

#include <cstdio>
#include <memory>
#include <string>

#include "ATen/Parallel.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/work/run.h"
#include "core/work/work.h"
#include "train/train_inputs.h"
#include "train/training_run.h"

namespace maskfill {
namespace {

void PrintResult(const TrainOptions& options, const v1::Manifest& result) {
  std::printf("last: %s\n",
              JoinPath(options.run.output, kLastDirectory).c_str());
  if (options.validation.empty()) return;
  std::printf("best: %s (validation top-1 %.2f %%)\n",
              JoinPath(options.run.output, kBestDirectory).c_str(),
              100 * CounterOf(result, "best_accuracy"));
}

}  // namespace

absl::StatusOr<WorkResult> Train(const TrainOptions& options) {
  ASSIGN_OR_RETURN(const TrainInputs inputs, OpenTrainInputs(options));
  int64_t images_trained = 0;
  ASSIGN_OR_RETURN(
      WorkResult result,
      MakeRun(options.run, TrainWork(options, inputs), TrainFiles(),
              /*again=*/!options.resume,
              [&](const std::string& dir, v1::Manifest* made) -> absl::Status {
                if (options.run.num_threads > 0) {
                  at::set_num_threads(options.run.num_threads);
                }
                ASSIGN_OR_RETURN(
                    const std::unique_ptr<TrainingRun> run,
                    TrainingRun::Create(options, inputs, *made, dir));
                RETURN_IF_ERROR(run->Run());
                run->AddCounters(made);
                images_trained = run->images_trained();
                return absl::OkStatus();
              }));
  result.records = images_trained;
  if (result.complete) PrintResult(options, result.manifest);
  return result;
}

}  // namespace maskfill
