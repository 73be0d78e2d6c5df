// Optimiser steps on batches of tensors.
#ifndef MASKFILL_CORE_TRAINING_TRAINER_H_
#define MASKFILL_CORE_TRAINING_TRAINER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/data/image_batches.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/model/named_tensors.h"
#include "core/training/adamw.h"
#include "core/training/flat_parameters.h"
#include "core/training/learner.h"
#include "core/training/learning_rate_schedule.h"
#include "core/training/moving_teacher.h"
#include "core/training/objective.h"
#include "core/training/process_group.h"
#include "core/training/prompt_contrast.h"
#include "core/training/teacher.h"

namespace maskfill {

// Of a step's arithmetic and of the data's order; raised when they change.
inline constexpr uint32_t kTrainingVersion = 2;

struct TrainerOptions {
  const Objective* objective = nullptr;  // required
  double beta = 30;         // weight of the distillation (the paper's)
  double temperature = 10;  // of logits that are distilled (the reference's)
  // How the teacher follows the student; null: it stays.
  const TeacherUpdate* teacher_update = nullptr;
  double teacher_momentum = 0.999;
  // Of objectives that train the text tower: the tokens of all prompts, [R, T]
  // (ClassPrompts::tokens).
  at::Tensor prompts;
  double grad_clip = 1;  // greatest global L2 norm; 0: no clipping
  AdamWOptions adamw;
  ScheduleOptions schedule;
  // Images per forward pass; 0: the whole batch. Changes rounding alone.
  int64_t micro_batch_size = 0;
  // A backward pass computes the trained towers' blocks anew instead of keeping
  // what it needs of each (EncodeOptions): less memory, one more forward pass,
  // the same bits.
  bool recompute = false;
  // The processes that take each step together, each with its slice of the
  // batch, and how many images the slices are together; 0: those of this one.
  // Changes rounding alone.
  ProcessGroup* group = &ProcessGroup::Alone();
  int64_t global_batch_size = 0;
  Precision precision = Precision::kFp32;
};

// Of one step; means over its batch, all ranks' slices, before the update.
struct StepResult {
  double total = 0;    // ce + beta * distill
  double ce = 0;       // cross entropy, or the contrast with prompts
  double distill = 0;  // the objective's distillation; 0 without one
  // In [0, 1], of the student on the images; where it contrasts prompts, how
  // often the nearest one of the batch is of the image's class.
  double accuracy = 0;
  double grad_norm = 0;  // before clipping
  double learning_rate = 0;
  double beta1 = 0;
};

// Trains a student, against a teacher where the objective has one.
//
// A batch has what its objective looks at: images, but for a frozen backbone
// whose `features` it has; counterfactuals, or the `masked_patches` that they
// lose, which neither student nor teacher sees. Its `features` stand for the
// teacher's where there are any, and for the student's under `lp`. Where the
// text tower trains it has `prompts`, the head stays as it was given, and is no
// part of the state: ZeroshotHead() makes it out of the text tower.
//
//   ASSIGN_OR_RETURN(auto trainer, Trainer::Create(config, student, teacher,
//                                                  device, options));
//   ASSIGN_OR_RETURN(StepResult result, trainer->Step(batch));
//
// On the CPU, with the same number of threads, the same steps give the same
// bits. For one thread.
class Trainer : public Learner {
 public:
  // `student`: visual.* and classifier.*, and the text tower and logit_scale
  // where that trains (others are ignored), copied.
  // `teacher`: on `device`; one that moves is copied in float32. Absent where
  // all batches have its features. FailedPrecondition when there is no head,
  // when the objective needs the teacher's head or trains the text tower and
  // there is none, or when the teacher does not fit the student (CheckTeacher,
  // CheckSameTower).
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      const ModelConfig& config, const NamedTensors& student,
      std::optional<Teacher> teacher, at::Device device,
      const TrainerOptions& options);

  // One optimiser step on `batch`, whose gradient is that of the mean over the
  // whole batch however it is split; clips once; then moves the teacher.
  // FailedPrecondition when the batch lacks what the objective needs or that
  // does not fit the models; DivergedError, with
  // nothing changed, when loss or gradient are not finite. Cancelled, with
  // nothing changed, when the process is told to stop (a step may take
  // minutes). Internal or ResourceExhausted for what LibTorch throws. With
  // other ranks: what they agree on, and Unavailable when one is lost, with
  // nothing changed.
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
          std::optional<PromptContrast> contrast,
          std::optional<Teacher> teacher, FlatParameters trained);

  // After a change of the weights: what products with them want.
  void PrepareModels();
  // Adds the gradients of rows [begin, end), weighted by their share of the
  // batch, and returns {ce, distill, number of right answers}, each weighted
  // likewise, [3] float32 on the device.
  at::Tensor AccumulateGradients(const ImageBatch& batch, int64_t begin,
                                 int64_t end);
  // The same of the whole batch, in parts, added up in trained_.sums().
  absl::Status AccumulateBatch(const ImageBatch& batch);
  absl::Status CheckBatch(const ImageBatch& batch) const;
  // Rows [begin, end) of the batch, on the device.
  ImageBatch Rows(const ImageBatch& batch, int64_t begin, int64_t end) const;
  // Of images and of what is distilled on; undefined where neither is needed.
  struct StudentFeatures {
    at::Tensor images;     // [N, E] float32
    at::Tensor distilled;  // [N, E] float32
  };
  StudentFeatures AskStudent(const ImageBatch& rows) const;
  // [N, E], without gradient.
  at::Tensor AskTeacher(const ImageBatch& rows) const;

  const TrainerOptions options_;
  const Objective& objective_;
  ImageClassifier student_;
  std::optional<PromptContrast> contrast_;  // where the text tower trains
  std::optional<Teacher> teacher_;
  std::optional<MovingTeacher> moving_;  // the weights of that one
  FlatParameters trained_;
  AdamW adamw_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_TRAINER_H_
