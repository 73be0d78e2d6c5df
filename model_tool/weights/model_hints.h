// What files beside the weights say about a model.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_HINTS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_HINTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/model_config.h"

namespace maskfill {

// Everything about a model that its weights cannot tell. Unset: not said.
struct ModelHints {
  std::string said_by;  // file or flag, for messages
  std::optional<Activation> activation;
  std::optional<int64_t> heads;       // of the image tower
  std::optional<int64_t> text_heads;  // of the text tower
  std::optional<double> layer_norm_eps;
  std::optional<std::array<float, 3>> image_mean;
  std::optional<std::array<float, 3>> image_std;
  // Of the image tower, to notice a file that belongs to another model.
  std::optional<int64_t> width;
};

// Reads the JSON of Hugging Face's config.json (CLIPModel or
// CLIPVisionModelWithProjection) or preprocessor_config.json, of open_clip's
// open_clip_config.json or model configuration, or of a checkpoint of this
// project; values that they leave out have their libraries' defaults. JSON of
// any other kind says nothing. DataLoss when `json` is not JSON, has a value of
// the wrong type, or gives both towers different activations.
absl::StatusOr<ModelHints> ParseModelHints(absl::string_view json,
                                           const std::string& said_by);

// "activation", "heads" and "text_heads" of safetensors metadata.
absl::StatusOr<ModelHints> HintsFromMetadata(
    const std::map<std::string, std::string>& metadata,
    const std::string& said_by);

// The files beside weights that say something about their model.
inline constexpr const char* kHintFiles[] = {
    "config.json", "open_clip_config.json", "preprocessor_config.json"};

// What those of them that exist say together; `files` holds their JSON by name,
// `prefer_open_clip` settles what both of the first two say.
absl::StatusOr<ModelHints> HintsFromFiles(
    const std::map<std::string, std::string>& files, bool prefer_open_clip);

// `first` where it says something, else `second`.
ModelHints MergeHints(const ModelHints& first, const ModelHints& second);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_HINTS_H_
