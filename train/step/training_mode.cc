#include "train/step/training_mode.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace maskfill {

absl::StatusOr<TrainingMode> ParseTrainingMode(absl::string_view text) {
  for (const TrainingMode mode :
       {TrainingMode::kFineTune, TrainingMode::kFeatureDistillation,
        TrainingMode::kMaskedFeatureDistillation}) {
    if (text == ToString(mode)) return mode;
  }
  const bool planned = text == "lp" || text == "kd" || text == "kd_mask";
  return absl::InvalidArgumentError(absl::StrCat(
      planned ? "there is not yet a" : "there is no", " mode \"", text,
      "\"; there are ft (cross entropy alone), fd (with feature distillation "
      "on the images) and fd_mask (with feature distillation on their "
      "counterfactuals)"));
}

std::string ToString(TrainingMode mode) {
  switch (mode) {
    case TrainingMode::kFineTune:
      return "ft";
    case TrainingMode::kFeatureDistillation:
      return "fd";
    case TrainingMode::kMaskedFeatureDistillation:
      return "fd_mask";
  }
  return "";
}

}  // namespace maskfill
