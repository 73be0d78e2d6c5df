#include "core/training/objective.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/training/losses.h"

namespace maskfill {
namespace {

at::Tensor OfFeatures(const DistillationInputs& inputs) {
  return FeatureDistillation(inputs.student_features, inputs.teacher_features);
}

at::Tensor OfLogits(const DistillationInputs& inputs) {
  return LogitDistillation(inputs.student_logits, inputs.teacher_logits,
                           inputs.temperature);
}

constexpr Objective kObjectives[] = {
    {.name = "ft", .description = "cross entropy"},
    {.name = "lp",
     .description = "cross entropy, of the head alone: the backbone stays",
     .trains_backbone = false},
    {.name = "fd",
     .description = "cross entropy and feature distillation on the images",
     .needs_teacher = true,
     .distillation = &OfFeatures},
    {.name = "fd_mask",
     .description =
         "cross entropy and feature distillation on their counterfactuals",
     .needs_teacher = true,
     .needs_counterfactuals = true,
     .distillation = &OfFeatures},
    {.name = "kd",
     .description = "cross entropy and distillation of the teacher's logits on "
                    "the images",
     .needs_teacher = true,
     .needs_teacher_head = true,
     .distillation = &OfLogits},
    {.name = "kd_mask",
     .description = "cross entropy and distillation of the teacher's logits on "
                    "their counterfactuals",
     .needs_teacher = true,
     .needs_counterfactuals = true,
     .needs_teacher_head = true,
     .distillation = &OfLogits},
    {.name = "flyp",
     .description = "contrast of the images with prompts of their classes, of "
                    "both towers",
     .trains_text = true},
};

}  // namespace

absl::Span<const Objective> AllObjectives() { return kObjectives; }

absl::StatusOr<const Objective*> ParseObjective(absl::string_view name) {
  if (const Objective* found = FindRow(kObjectives, name)) return found;
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no mode \"", name, "\"; there are ", DescribeObjectives()));
}

std::string DescribeObjectives() { return DescribeRows(kObjectives); }

std::string ObjectivesThat(bool Objective::* needs) {
  return absl::StrJoin(NamesThat(kObjectives, needs), ", ");
}

}  // namespace maskfill
