#include "core/cam/cam_kind.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/cam/attention_maps.h"
#include "core/cam/attribution.h"
#include "core/cam/grad_cam.h"
#include "core/cam/random_cams.h"

namespace maskfill {
namespace {

Cams Attribute(const CamInputs& inputs) {
  return TransformerAttribution(*inputs.classifier, inputs.pixels,
                                inputs.targets, {.layers = inputs.layers});
}

Cams WeighChannels(const CamInputs& inputs) {
  return GradCam(*inputs.classifier, inputs.pixels, inputs.targets);
}

Cams RollOut(const CamInputs& inputs) {
  return AttentionRollout(*inputs.tower, inputs.pixels, inputs.layers);
}

Cams Attend(const CamInputs& inputs) {
  return LastLayerAttention(*inputs.tower, inputs.pixels);
}

Cams Draw(const CamInputs& inputs) {
  return RandomCams(inputs.seed, inputs.ids, inputs.num_patches);
}

constexpr CamKind kKinds[] = {
    {.name = "attribution",
     .description = "transformer attribution, as in the paper",
     .algorithm_version = kAttributionVersion,
     .explains_class = true,
     .needs_model = true,
     .takes_layers = true,
     .compute = &Attribute},
    {.name = "gradcam",
     .description = "Grad-CAM on the last block's ln_1",
     .algorithm_version = kGradCamVersion,
     .explains_class = true,
     .needs_model = true,
     .compute = &WeighChannels},
    {.name = "rollout",
     .description = "attention rollout, for no class",
     .algorithm_version = kAttentionMapsVersion,
     .needs_model = true,
     .takes_layers = true,
     .compute = &RollOut},
    {.name = "attention",
     .description = "the last layer's attention as it is, for no class: a "
                    "control",
     .algorithm_version = kAttentionMapsVersion,
     .needs_model = true,
     .compute = &Attend},
    {.name = "random",
     .description = "uniform numbers: a control",
     .algorithm_version = kRandomCamsVersion,
     .takes_seed = true,
     .compute = &Draw},
};

}  // namespace

absl::Span<const CamKind> AllCamKinds() { return kKinds; }

absl::StatusOr<const CamKind*> ParseCamKind(absl::string_view name) {
  if (const CamKind* kind = FindRow(kKinds, name)) return kind;
  return absl::InvalidArgumentError(absl::StrCat(
      "--method=", name, " is unknown; there are ", DescribeCamKinds()));
}

std::string DescribeCamKinds() { return DescribeRows(kKinds); }

std::string CamKindsThat(bool CamKind::* needs) {
  return absl::StrJoin(NamesThat(kKinds, needs), " and ");
}

}  // namespace maskfill
