#include "core/cam/cam_kind.h"

#include "ATen/ops/cat.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/cam/attention_maps.h"
#include "core/cam/attribution.h"
#include "core/cam/grad_cam.h"
#include "core/cam/random_cams.h"
#include "core/model/torch_status.h"

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

CamInputs Rows(const CamInputs& inputs, int64_t begin, int64_t count) {
  CamInputs rows = inputs;
  rows.pixels = inputs.pixels.narrow(0, begin, count);
  if (inputs.targets.defined()) {
    rows.targets = inputs.targets.narrow(0, begin, count);
  }
  const auto first = inputs.ids.begin() + begin;
  rows.ids.assign(first, first + count);
  return rows;
}

Cams Join(const std::vector<Cams>& parts) {
  const auto join = [&parts](at::Tensor Cams::* field) {
    if (!(parts.front().*field).defined()) return at::Tensor();
    std::vector<at::Tensor> rows;
    for (const Cams& part : parts) rows.push_back(part.*field);
    return at::cat(rows);
  };
  return {.relevance = join(&Cams::relevance),
          .max_relevance = join(&Cams::max_relevance),
          .targets = join(&Cams::targets),
          .logits = join(&Cams::logits)};
}

}  // namespace

absl::StatusOr<Cams> ComputeCams(const CamKind& kind, const CamInputs& inputs) {
  const int64_t num_images = static_cast<int64_t>(inputs.ids.size());
  const int64_t most =
      kind.needs_model
          ? inputs.tower->ImagesPerPart(1 + inputs.tower->num_patches())
          : num_images;
  return CatchTorch([&]() -> absl::StatusOr<Cams> {
    if (num_images <= most) return kind.compute(inputs);
    const int64_t num_parts = (num_images + most - 1) / most;
    std::vector<Cams> parts;
    for (int64_t part = 0; part < num_parts; ++part) {
      RETURN_IF_ERROR(CheckNotPreempted());
      const int64_t begin = num_images * part / num_parts;
      const int64_t end = num_images * (part + 1) / num_parts;
      parts.push_back(kind.compute(Rows(inputs, begin, end - begin)));
    }
    return Join(parts);
  });
}

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
