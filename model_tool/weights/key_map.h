// Other projects' names for CLIP's weights.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_KEY_MAP_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_KEY_MAP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/named_tensors.h"

namespace maskfill {

struct MappedWeights {
  NamedTensors tensors;  // OpenAI's names, dtypes as given
  // "openai", "hugging_face" or "reference": whose names they were.
  std::string naming;
  // What was left out or renamed, for people.
  std::vector<std::string> notes;
};

// Renames (and, for Hugging Face, joins and transposes) to OpenAI's names:
//   OpenAI, open_clip       as they are; `module.`, `_orig_mod.`, `model.` and
//                           the `text.` of CustomTextCLIP are taken off
//   Hugging Face CLIPModel  vision_model.*, text_model.*, *_projection.weight
//   the method's reference  backbone.* -> visual.*, classifier.*
//   model soups             model.*, classification_head.* -> classifier.*
// logit_scale of shape [1] becomes a scalar. Buffers and scalars that are no
// weights (position_ids, attn_mask, input_resolution, ...) are left out, and so
// are the rest of a text tower without its transformer.
//
// DataLoss, saying what it is, for towers that this toolkit does not know:
// timm's (visual.trunk.*), ResNets, text towers from Hugging Face inside
// open_clip, and for anything without a CLIP image tower.
absl::StatusOr<MappedWeights> MapToOpenAiNames(const NamedTensors& tensors);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_KEY_MAP_H_
