// Hugging Face's CLIPModel under OpenAI's names.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_KEYS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_KEYS_H_

#include "absl/status/statusor.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Whether the names are those of transformers' CLIPModel or
// CLIPVisionModelWithProjection.
bool HasHuggingFaceNames(const NamedTensors& tensors);

// Query, key and value become one projection (in this order), projections are
// transposed, names follow. DataLoss names a
// tensor that is missing beside its siblings, and one of no known name.
absl::StatusOr<NamedTensors> FromHuggingFaceNames(const NamedTensors& tensors);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_KEYS_H_
