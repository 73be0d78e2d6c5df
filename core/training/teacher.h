// The model that a student distils from.
#ifndef MASKFILL_CORE_TRAINING_TEACHER_H_
#define MASKFILL_CORE_TRAINING_TEACHER_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/image_classifier.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/vision_transformer.h"
#include "core/training/objective.h"

namespace maskfill {

// Without gradients; with its head where the objective needs that.
struct Teacher {
  Teacher(VisionTransformer tower)  // NOLINT: one without head
      : backbone(std::move(tower)) {}
  Teacher(ImageClassifier model)  // NOLINT: one with head
      : backbone(model.backbone()), classifier(std::move(model)) {}

  VisionTransformer backbone;
  std::optional<ImageClassifier> classifier;
};

// By checkpoint name: visual.*, and classifier.* of one with a head.
NamedTensors ParametersOf(const Teacher& teacher);

// A teacher of equal weights, in float32 and of its own, that follows when they
// are changed in place. `with_head`: with its head, which it has.
absl::StatusOr<Teacher> MovableCopy(const Teacher& teacher, bool with_head);

// FailedPrecondition unless a student with that objective can learn from the
// teacher: equal image size; equal features, or where it needs the teacher's
// head equal classes.
absl::Status CheckTeacher(const ModelConfig& student,
                          const ModelConfig& teacher,
                          const Objective& objective);

// FailedPrecondition unless the teacher's tower has weights that can move
// towards the student's: equal layers, sizes and activation.
absl::Status CheckSameTower(const ModelConfig& student,
                            const ModelConfig& teacher);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_TEACHER_H_
