// Which part of a model a tensor is of, by its name in a checkpoint.
#ifndef MASKFILL_CORE_MODEL_TENSOR_NAMES_H_
#define MASKFILL_CORE_MODEL_TENSOR_NAMES_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// A CLIP's own, of neither tower: float32 [], log of the inverse temperature.
inline constexpr char kLogitScale[] = "logit_scale";

inline bool IsOfImageTower(absl::string_view name) {
  return absl::StartsWith(name, "visual.");
}

inline bool IsOfHead(absl::string_view name) {
  return absl::StartsWith(name, "classifier.");
}

inline bool IsOfTextTower(absl::string_view name) {
  return !IsOfImageTower(name) && !IsOfHead(name) && name != kLogitScale;
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_TENSOR_NAMES_H_
