// OpenAI's names for CLIP's weights, and those of Hugging Face's CLIPModel.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_KEYS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Whether the names are those of transformers' CLIPModel or
// CLIPVisionModelWithProjection.
bool HasHuggingFaceNames(const NamedTensors& tensors);

// The same tensors under OpenAI's names: query, key and value become one (in
// this order), projections are transposed. DataLoss names a tensor that is
// missing beside its siblings, and one of no known name.
absl::StatusOr<NamedTensors> FromHuggingFaceNames(const NamedTensors& tensors);

// The inverse, bit for bit: `tensors` have OpenAI's names. Copies nothing: the
// results are views, the transposed ones not contiguous. DataLoss names a
// tensor of no known name or impossible shape.
absl::StatusOr<NamedTensors> ToHuggingFaceNames(const NamedTensors& tensors);

// What a tensor of OpenAI's name is called there: three names where it is
// query, key and value, none where it is not known.
std::vector<std::string> HuggingFaceNames(absl::string_view openai_name);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_HUGGING_FACE_KEYS_H_
