// What a training run minimises, and what it needs for that.
#ifndef MASKFILL_CORE_TRAINING_OBJECTIVE_H_
#define MASKFILL_CORE_TRAINING_OBJECTIVE_H_

#include <string>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace maskfill {

// What student and teacher make of the images that are distilled on: of the
// counterfactuals where the objective needs them, else of the images.
struct DistillationInputs {
  at::Tensor student_features;  // [N, E] float32, projected, not normalised
  at::Tensor student_logits;    // [N, K] float32; with needs_teacher_head
  at::Tensor labels;            // [N] int64
  at::Tensor teacher_features;  // [N, E], without gradient
  at::Tensor teacher_logits;    // [N, K] float32; with needs_teacher_head
  double temperature = 10;      // of both logits
};

// A training mode: cross entropy of the images' labels, or their contrast with
// prompts of their classes, and beta times the distillation where there is one.
// All of it stands here: flags, input checks and the trainer know no mode by
// name.
struct Objective {
  const char* name;         // of --mode
  const char* description;  // for --help
  bool trains_backbone = true;
  // The contrast (core/training/prompt_contrast.h) in place of cross entropy:
  // the text tower and the temperature train with the backbone, and the head is
  // what the text tower makes of the classes.
  bool trains_text = false;
  bool needs_teacher = false;
  bool needs_counterfactuals = false;
  bool needs_teacher_head = false;  // distils logits, at a temperature
  // [] float32, a mean over the batch. Set where a teacher is needed.
  at::Tensor (*distillation)(const DistillationInputs& inputs) = nullptr;
};

absl::Span<const Objective> AllObjectives();

// The objective of that name. InvalidArgument lists them all.
absl::StatusOr<const Objective*> ParseObjective(absl::string_view name);

// "ft (cross entropy), lp (...), ...".
std::string DescribeObjectives();
// "fd, fd_mask": those for which `needs` holds.
std::string ObjectivesThat(bool Objective::* needs);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_OBJECTIVE_H_
