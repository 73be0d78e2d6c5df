// One training run from its first, or next, step to its checkpoints.
#ifndef MASKFILL_TRAIN_TRAINING_RUN_H_
#define MASKFILL_TRAIN_TRAINING_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/training_data.h"
#include "core/model/checkpoint.h"
#include "core/record/record_set.h"
#include "core/text/zeroshot_head.h"
#include "core/training/online_counterfactuals.h"
#include "core/training/process_group.h"
#include "core/training/trainer.h"
#include "core/training/training_loop.h"
#include "core/training/training_state.h"
#include "core/work/run.h"
#include "nlohmann/json.hpp"
#include "proto/manifest.pb.h"
#include "train/text_head.h"
#include "train/train_inputs.h"
#include "train/train_options.h"

namespace maskfill {

inline constexpr char kBestDirectory[] = "best";

// What a run leaves: metrics.jsonl, validation.jsonl, events/, state/, best/,
// last/.
RunFiles TrainFiles();

// Holds everything that a run needs and brings its directory from where it is
// to last/ and best/. For one thread; used by Train().
class TrainingRun {
 public:
  // Loads checkpoints and opens the data; writes nothing. `plan`: of the run,
  // whose leading rank writes into `dir`. Errors name the flag that is to
  // blame.
  static absl::StatusOr<std::unique_ptr<TrainingRun>> Create(
      const TrainOptions& options, const TrainInputs& inputs,
      ProcessGroup& group, const v1::Manifest& plan, const std::string& dir);

  // Takes the steps that are left. Cancelled when told to stop; then, and
  // after each epoch and every checkpoint_every_steps steps, the state is
  // saved.
  absl::Status Run();

  // Steps, loss and accuracies; after Run().
  void AddCounters(v1::Manifest* result) const;
  // By this call of Run().
  int64_t images_trained() const { return images_trained_; }

 private:
  TrainingRun(const TrainOptions& options, ProcessGroup& group,
              const v1::Manifest& plan, std::string dir);

  absl::Status MakeTextHead(ZeroshotHeadOptions options);
  absl::Status LoadModels(const TrainInputs& inputs);
  absl::StatusOr<Teacher> LoadTeacher(const CheckpointFile& file) const;
  absl::Status OpenData(const TrainInputs& inputs);
  absl::Status DescribeStart(const ImageBatch& batch) const;
  // The hooks of RunTrainingLoop.
  absl::StatusOr<StepReport> Step();
  absl::StatusOr<nlohmann::ordered_json> Validate();
  // As it is after this step, with a head.
  absl::StatusOr<Checkpoint> CurrentCheckpoint() const;
  absl::Status SaveCheckpoint(const Checkpoint& checkpoint,
                              const char* name) const;

  int64_t step() const { return trainer_->step(); }
  int64_t total_steps() const {
    return options_.epochs * data_->steps_per_epoch();
  }

  const TrainOptions options_;
  ProcessGroup& group_;
  const v1::Manifest plan_;
  const std::string dir_;
  const int num_threads_;  // that decode
  Checkpoint start_;
  std::optional<TextHead> text_head_;  // where the text tower trains
  std::unique_ptr<TrainingData> data_;
  std::optional<RecordSet> validation_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<OnlineCounterfactuals> online_;  // where they are not cached
  std::unique_ptr<ImageBatches> batches_;          // of the steps that are left
  // Loss and accuracy of the last step; the best accuracy on the validation
  // set and its step, once there is one.
  std::map<std::string, double> numbers_;
  int64_t images_trained_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAINING_RUN_H_
