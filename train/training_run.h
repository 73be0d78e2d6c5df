// One training run from its first, or next, step to its checkpoints.
#ifndef MASKFILL_TRAIN_TRAINING_RUN_H_
#define MASKFILL_TRAIN_TRAINING_RUN_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "proto/manifest.pb.h"
#include "train/data/training_data.h"
#include "train/run/json_lines_log.h"
#include "train/run/run_directory.h"
#include "train/run/training_state.h"
#include "train/run/validation.h"
#include "train/step/trainer.h"
#include "train/train_inputs.h"
#include "train/train_options.h"

namespace maskfill {

// Holds everything that a run needs and brings its directory from where it is
// to last/ and best/. For one thread; used by Train().
class TrainingRun {
 public:
  // Loads checkpoints and opens the data; writes nothing. `plan` is the run's
  // manifest (TrainPlan). Errors name the flag that is to blame.
  static absl::StatusOr<std::unique_ptr<TrainingRun>> Create(
      const TrainOptions& options, const TrainInputs& inputs,
      const v1::Manifest& plan, const RunDirectory& directory);

  // Takes the steps that are left. Cancelled when told to stop; then, and
  // after each epoch and every checkpoint_every_steps steps, the state is
  // saved.
  absl::Status Run();

  // The plan with the results as counters; after Run().
  v1::Manifest FinishedManifest() const;
  // By this call of Run().
  int64_t images_trained() const { return images_trained_; }

 private:
  TrainingRun(const TrainOptions& options, const v1::Manifest& plan,
              const RunDirectory& directory);

  absl::Status LoadModels();
  absl::Status OpenData(const TrainInputs& inputs);
  absl::Status Resume();
  absl::Status TakeSteps();
  absl::Status DescribeStart(const ImageBatch& batch) const;
  // What follows the step just taken.
  absl::Status AfterStep(const StepResult& result, absl::Duration took);
  absl::Status SaveState();
  absl::Status ValidateIfDue();
  absl::Status SaveCheckpointTo(const std::string& dir) const;

  int64_t step() const { return trainer_->step(); }
  int64_t total_steps() const {
    return options_.epochs * data_->steps_per_epoch();
  }
  bool AtEndOfEpoch() const {
    return step() > 0 && step() % data_->steps_per_epoch() == 0;
  }

  const TrainOptions options_;
  const v1::Manifest plan_;
  const RunDirectory directory_;
  const int num_threads_;  // that decode
  Checkpoint start_;
  std::unique_ptr<TrainingData> data_;
  std::unique_ptr<ValidationSet> validation_;  // null without --validation
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<JsonLinesLog> metrics_;
  std::unique_ptr<JsonLinesLog> validations_;
  std::unique_ptr<Progress> progress_;
  // Without the trainer's part, which SaveState() fills in.
  TrainingState state_;
  int64_t saved_step_ = 0;
  int64_t images_trained_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAINING_RUN_H_
