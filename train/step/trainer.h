// Optimiser steps on batches of tensors.
#ifndef MASKFILL_TRAIN_STEP_TRAINER_H_
#define MASKFILL_TRAIN_STEP_TRAINER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/optim/adamw.h"
#include "core/optim/flat_parameters.h"
#include "core/optim/learning_rate_schedule.h"
#include "train/data/image_batches.h"
#include "train/step/training_mode.h"

namespace maskfill {

struct TrainerOptions {
  TrainingMode mode = TrainingMode::kFineTune;
  double beta = 30;      // weight of the distillation (the paper's)
  double grad_clip = 1;  // greatest global L2 norm; 0: no clipping
  AdamWOptions adamw;
  ScheduleOptions schedule;
  // Images per forward pass; 0: the whole batch. Changes rounding alone.
  int64_t micro_batch_size = 0;
  Precision precision = Precision::kFp32;
  bool freeze_backbone = false;  // train the head alone
};

// Of one step; means over its batch, before the update.
struct StepResult {
  double total = 0;      // ce + beta * distill
  double ce = 0;         // cross entropy
  double distill = 0;    // mean square between features; 0 without teacher
  double accuracy = 0;   // in [0, 1], of the student on the images
  double grad_norm = 0;  // before clipping
  double learning_rate = 0;
  double beta1 = 0;
};

// Everything that a step depends on and changes, by parameter name.
struct TrainerState {
  int64_t step = 0;         // steps taken
  NamedTensors parameters;  // of the whole student
  NamedTensors exp_avg;     // first moments of what is trained
  NamedTensors exp_avg_sq;  // second moments
};

// Trains a student, against a frozen teacher where the mode has one.
//
//   ASSIGN_OR_RETURN(auto trainer, Trainer::Create(config, student, teacher,
//                                                  device, options));
//   ASSIGN_OR_RETURN(StepResult result, trainer->Step(batch));
//
// On the CPU, with the same number of threads, the same steps give the same
// bits. For one thread.
class Trainer {
 public:
  // `student`: visual.* and classifier.* (others are ignored), copied.
  // `teacher`: on `device`, without gradients. FailedPrecondition when there
  // is no head, when the mode needs a teacher and there is none, or when its
  // image size or features do not fit the student's.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      const ModelConfig& config, const NamedTensors& student,
      std::optional<VisionTransformer> teacher, at::Device device,
      const TrainerOptions& options);

  // One optimiser step on `batch`, whose gradient is that of the mean over the
  // whole batch however it is split; clips once. FailedPrecondition when the
  // mode needs counterfactuals that are not there or the loss is not finite.
  // Cancelled, with nothing changed, when the process is told to stop (a step
  // may take minutes). Internal or ResourceExhausted for what LibTorch throws.
  absl::StatusOr<StepResult> Step(const ImageBatch& batch);

  // Loss terms and gradients of `batch` without an update; the gradients,
  // clipped, are those of the student's parameters.
  absl::StatusOr<StepResult> ComputeGradients(const ImageBatch& batch);

  // Mean square of the teacher's features on what the batch distils on: beta
  // times it is how strongly this teacher is weighed, whatever the scale of
  // its features. Needs a teacher.
  absl::StatusOr<double> TeacherMeanSquare(const ImageBatch& batch) const;

  const ImageClassifier& student() const { return student_; }
  int64_t step() const { return adamw_.step(); }
  int64_t num_trained_parameters() const { return trained_.num_parameters(); }

  // Views of what is trained: copy before the next step.
  TrainerState State() const;
  // Continues where another trainer of the same options was. DataLoss when
  // names or shapes are not this student's.
  absl::Status Restore(const TrainerState& state);

 private:
  Trainer(const TrainerOptions& options, ImageClassifier student,
          std::optional<VisionTransformer> teacher, FlatParameters trained);

  // Adds the gradients of rows [begin, end), weighted by their share of the
  // batch, and returns {ce, distill, number of right answers}, each weighted
  // likewise, [3] float32 on the device.
  at::Tensor AccumulateGradients(const ImageBatch& batch, int64_t begin,
                                 int64_t end);
  absl::Status CheckBatch(const ImageBatch& batch) const;
  const at::Tensor& DistillationImages(const ImageBatch& batch) const;

  const TrainerOptions options_;
  ImageClassifier student_;
  std::optional<VisionTransformer> teacher_;
  FlatParameters trained_;
  AdamW adamw_;
};

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_STEP_TRAINER_H_
