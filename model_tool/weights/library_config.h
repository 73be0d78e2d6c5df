// What other libraries want to read beside a CLIP's weights; model_claims.h is
// the other direction.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_LIBRARY_CONFIG_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_LIBRARY_CONFIG_H_

#include <string>

#include "core/model/model_config.h"

namespace maskfill {

// What lies beside a tower whose library has no place for a head: its tensors
// (classifier.*, logit_scale), and the names of its rows, a JSON list.
inline constexpr char kHeadFile[] = "head.safetensors";
inline constexpr char kClassNamesFile[] = "class_names.json";

// open_clip_config.json of a CLIP with a text tower, for
// open_clip.create_model("local-dir:...").
std::string OpenClipConfig(const ModelConfig& config);

// config.json of transformers' CLIPModel, or of CLIPVisionModelWithProjection
// where there is no text tower. A text ends with the last id of the
// vocabulary, as in CLIP's own.
std::string HuggingFaceConfig(const ModelConfig& config);

// preprocessor_config.json of transformers' CLIPImageProcessor.
std::string HuggingFacePreprocessorConfig(const ModelConfig& config);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_LIBRARY_CONFIG_H_
