// open_clip's configuration of a model.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_OPEN_CLIP_CONFIG_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_OPEN_CLIP_CONFIG_H_

#include "absl/status/status.h"
#include "model_tool/weights/config_object.h"
#include "model_tool/weights/model_claims.h"

namespace maskfill {

// `model`: {"embed_dim", "quick_gelu", "vision_cfg", "text_cfg", ...}, the
// fields of open_clip's CLIPVisionCfg and CLIPTextCfg (src/open_clip/model.py)
// with their defaults. DataLoss for what it asks for beyond CLIP's ViT: another
// pooling, activation, tokenizer, timm's towers, and members not known here.
absl::Status AddOpenClipClaims(const ConfigObject& model, ModelClaims* claims);

// `preprocess`: {"mean", "std", "interpolation", ...}.
absl::Status AddOpenClipPreprocessClaims(const ConfigObject& preprocess,
                                         ModelClaims* claims);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_OPEN_CLIP_CONFIG_H_
