// Who says what about a model that its weights do not tell.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_CLAIMS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_CLAIMS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace maskfill {

// One value and who said it.
struct Claim {
  nlohmann::json value;
  std::string by;  // "config.json", "--heads", ...
};

// What is said of a model's settings, which have the names of config.json's
// members (proto/checkpoint.proto): "activation", "vision.heads", "image_mean".
class ModelClaims {
 public:
  void Add(const std::string& setting, nlohmann::json value, std::string by) {
    claims_[setting].push_back({std::move(value), std::move(by)});
  }
  // In the order in which they were added.
  const std::vector<Claim>& Of(const std::string& setting) const;

 private:
  std::map<std::string, std::vector<Claim>> claims_;
};

// The files beside weights that say something about their model.
inline constexpr const char* kConfigurationFiles[] = {
    "open_clip_config.json", "config.json", "preprocessor_config.json",
    "processor_config.json"};

// Reads the JSON of such a file: open_clip's configuration
// (open_clip_config.h), Hugging Face's (hugging_face_config.h), that of a
// checkpoint of this project; values that a file leaves out have its library's
// defaults. JSON of any other kind says nothing, which `notes` then say.
//
// DataLoss when `json` is not JSON or a value has the wrong type, when the file
// describes another kind of model, and when it asks for something that this
// toolkit does not do: nothing is read past.
absl::Status AddClaimsOfFile(absl::string_view json, const std::string& name,
                             ModelClaims* claims,
                             std::vector<std::string>* notes);

// "activation", "heads" and "text_heads" of safetensors metadata.
absl::Status AddClaimsOfMetadata(
    const std::map<std::string, std::string>& metadata, ModelClaims* claims);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_CLAIMS_H_
