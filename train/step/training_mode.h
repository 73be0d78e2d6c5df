// What a training run minimises.
#ifndef MASKFILL_TRAIN_STEP_TRAINING_MODE_H_
#define MASKFILL_TRAIN_STEP_TRAINING_MODE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

enum class TrainingMode {
  kFineTune,                   // CE(g(f(x)), y)
  kFeatureDistillation,        // + beta * MSE(f(x), teacher(x))
  kMaskedFeatureDistillation,  // + beta * MSE(f(x_cf), teacher(x_cf))
};
// "ft", "fd" or "fd_mask"; InvalidArgument lists them.
absl::StatusOr<TrainingMode> ParseTrainingMode(absl::string_view text);
std::string ToString(TrainingMode mode);

inline bool NeedsTeacher(TrainingMode mode) {
  return mode != TrainingMode::kFineTune;
}
inline bool NeedsCounterfactuals(TrainingMode mode) {
  return mode == TrainingMode::kMaskedFeatureDistillation;
}

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_STEP_TRAINING_MODE_H_
