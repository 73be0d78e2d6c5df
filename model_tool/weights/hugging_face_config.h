// Hugging Face's configuration of a CLIP.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_CONFIG_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_CONFIG_H_

#include "absl/status/status.h"
#include "model_tool/weights/config_object.h"
#include "model_tool/weights/model_claims.h"

namespace maskfill {

// config.json of a CLIPModel or CLIPVisionModelWithProjection, with
// transformers' defaults (CLIPVisionConfig, CLIPTextConfig); what the
// *_config_dict of old files say is claimed as well. DataLoss when model_type
// is that of another model.
absl::Status AddHuggingFaceClaims(const ConfigObject& config,
                                  ModelClaims* claims);

// preprocessor_config.json: pixel statistics and size. DataLoss when it is of
// another kind of model or resizes otherwise than ingest does.
absl::Status AddHuggingFacePreprocessorClaims(const ConfigObject& config,
                                              ModelClaims* claims);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_CONFIG_H_
