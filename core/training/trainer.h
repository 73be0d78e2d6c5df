// Optimiser steps on batches of tensors.
#ifndef MASKFILL_CORE_TRAINING_TRAINER_H_
#define MASKFILL_CORE_TRAINING_TRAINER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/image_batches.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/training/adamw.h"
#include "core/training/flat_parameters.h"
#include "core/training/learner.h"
#include "core/training/learning_rate_schedule.h"
#include "core/training/objective.h"

namespace maskfill {

// Of a step's arithmetic and of the data's order; raised when they change.
inline constexpr uint32_t kTrainingVersion = 1;

struct TrainerOptions {
  const Objective* objective = nullptr;  // required
  double beta = 30;      // weight of the distillation (the paper's)
  double grad_clip = 1;  // greatest global L2 norm; 0: no clipping
  AdamWOptions adamw;
  ScheduleOptions schedule;
  // Images per forward pass; 0: the whole batch. Changes rounding alone.
  int64_t micro_batch_size = 0;
  Precision precision = Precision::kFp32;
};

// A frozen model to distil from; with its head where the objective needs that.
struct Teacher {
  Teacher(VisionTransformer tower)  // NOLINT: one without head
      : backbone(std::move(tower)) {}
  Teacher(ImageClassifier model)  // NOLINT: one with head
      : backbone(model.backbone()), classifier(std::move(model)) {}

  VisionTransformer backbone;
  std::optional<ImageClassifier> classifier;
};

// FailedPrecondition unless a student with that objective can learn from the
// teacher: equal image size and features, and equal classes where it needs the
// teacher's head.
absl::Status CheckTeacher(const ModelConfig& student,
                          const ModelConfig& teacher,
                          const Objective& objective);

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

// Trains a student, against a frozen teacher where the objective has
// one.
//
//   ASSIGN_OR_RETURN(auto trainer, Trainer::Create(config, student, teacher,
//                                                  device, options));
//   ASSIGN_OR_RETURN(StepResult result, trainer->Step(batch));
//
// On the CPU, with the same number of threads, the same steps give the same
// bits. For one thread.
class Trainer : public Learner {
 public:
  // `student`: visual.* and classifier.* (others are ignored), copied.
  // `teacher`: on `device`, without gradients. FailedPrecondition when there
  // is no head, when the objective needs a teacher (or its head) and there is
  // none, or when its image size, features or classes do not fit the student's.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      const ModelConfig& config, const NamedTensors& student,
      std::optional<Teacher> teacher, at::Device device,
      const TrainerOptions& options);

  // One optimiser step on `batch`, whose gradient is that of the mean over the
  // whole batch however it is split; clips once. FailedPrecondition when the
  // objective needs counterfactuals that are not there; DivergedError, with
  // nothing changed, when loss or gradient are not finite. Cancelled, with
  // nothing changed, when the process is told to stop (a step may take
  // minutes). Internal or ResourceExhausted for what LibTorch throws.
  absl::StatusOr<StepResult> Step(const ImageBatch& batch);

  // Loss terms and gradients of `batch` without an update; the gradients,
  // clipped, are those of the student's parameters.
  absl::StatusOr<StepResult> ComputeGradients(const ImageBatch& batch);

  // Mean square of the teacher's features on what the batch distils on: beta
  // times it is how strongly this teacher is weighed, whatever the scale of
  // its features. Needs a teacher.
  absl::StatusOr<double> TeacherMeanSquare(const ImageBatch& batch) const;

  const ImageClassifier& student() const { return student_; }
  int64_t step() const override { return adamw_.step(); }
  int64_t num_trained_parameters() const { return trained_.num_parameters(); }

  LearnerState State() const override;
  absl::Status Restore(const LearnerState& state) override;
  absl::Status CheckFinite() const override;

 private:
  Trainer(const TrainerOptions& options, ImageClassifier student,
          std::optional<Teacher> teacher, FlatParameters trained);

  // Adds the gradients of rows [begin, end), weighted by their share of the
  // batch, and returns {ce, distill, number of right answers}, each weighted
  // likewise, [3] float32 on the device.
  at::Tensor AccumulateGradients(const ImageBatch& batch, int64_t begin,
                                 int64_t end);
  absl::Status CheckBatch(const ImageBatch& batch) const;
  const at::Tensor& DistillationImages(const ImageBatch& batch) const;

  const TrainerOptions options_;
  const Objective& objective_;
  ImageClassifier student_;
  std::optional<Teacher> teacher_;
  FlatParameters trained_;
  AdamW adamw_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_TRAINER_H_
