// A CLIP model's configuration from the shapes of its weights.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_CLIP_SHAPE_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_CLIP_SHAPE_H_

#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "model_tool/weights/model_hints.h"

namespace maskfill {

// `tensors` have OpenAI's names. Sizes come from shapes, as in OpenAI's
// build_model; activation, heads, epsilon and pixel statistics from `hints`.
// Heads that nobody names are width / 64, as in all of OpenAI's models.
//
// InvalidArgument, saying which flag decides it, when the activation is not
// known, or heads are not named and width / 64 would be a guess: it is no whole
// number, or the width is one of those where published models differ (above
// 1024 in the image tower: ViT-H has 80 per head, g 88, G 104). DataLoss when
// the shapes are not those of a CLIP ViT, or `hints` are of another width.
absl::StatusOr<ModelConfig> InferModelConfig(const NamedTensors& tensors,
                                             const ModelHints& hints);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_CLIP_SHAPE_H_
