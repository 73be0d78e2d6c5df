#include "model_tool/weights/model_claims.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "model_tool/weights/config_object.h"
#include "model_tool/weights/hugging_face_config.h"
#include "model_tool/weights/open_clip_config.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;
using Member = ConfigMember;

// A checkpoint's config.json (proto/checkpoint.proto).
absl::Status AddOwnClaims(const ConfigObject& config, ModelClaims* claims) {
  constexpr Member kConfig[] = {
      {"activation", "activation", Member::kText},
      {"layer_norm_eps", "layer_norm_eps", Member::kNumber},
      {"text_layer_norm_eps", "text_layer_norm_eps", Member::kNumber},
      {"embed_dim", "embed_dim", Member::kInteger},
      {"image_size", "image_size", Member::kInteger},
      {"patch_size", "patch_size", Member::kInteger},
      {"image_mean", "image_mean", Member::kTriple},
      {"image_std", "image_std", Member::kTriple},
      {"context_length", "context_length", Member::kInteger},
      {"vocab_size", "vocab_size", Member::kInteger},
      {"num_classes", "num_classes", Member::kInteger},
      {"class_names", "class_names", Member::kAny},
  };
  RETURN_IF_ERROR(config.AddClaims(kConfig, claims));
  if (!config.Has("text_layer_norm_eps") && config.Has("layer_norm_eps")) {
    claims->Add("text_layer_norm_eps", config.Get("layer_norm_eps"),
                config.name());
  }
  for (const std::string tower : {"vision", "text"}) {
    const std::string names[] = {tower + ".width", tower + ".heads",
                                 tower + ".layers", tower + ".mlp_width"};
    const Member members[] = {{"width", names[0], Member::kInteger},
                              {"heads", names[1], Member::kInteger},
                              {"layers", names[2], Member::kInteger},
                              {"mlp_width", names[3], Member::kInteger}};
    ASSIGN_OR_RETURN(const ConfigObject shape, config.Object(tower));
    RETURN_IF_ERROR(shape.AddClaims(members, claims));
  }
  return absl::OkStatus();
}

}  // namespace

const std::vector<Claim>& ModelClaims::Of(const std::string& setting) const {
  static const std::vector<Claim>* nothing = new std::vector<Claim>();
  const auto found = claims_.find(setting);
  return found == claims_.end() ? *nothing : found->second;
}

absl::Status AddClaimsOfFile(absl::string_view json, const std::string& name,
                             ModelClaims* claims,
                             std::vector<std::string>* notes) {
  absl::ConsumePrefix(&json, "\xef\xbb\xbf");
  const Json root = ParseForeignJson<Json>(json);
  if (!root.is_object()) {
    return absl::DataLossError(absl::StrCat(
        name,
        " beside the weights is not a JSON object; expected the model's "
        "configuration, or no such file"));
  }
  const ConfigObject config(root, name);
  if (root.contains("model_cfg")) {
    ASSIGN_OR_RETURN(const ConfigObject model, config.Object("model_cfg"));
    RETURN_IF_ERROR(AddOpenClipClaims(model, claims));
    ASSIGN_OR_RETURN(const ConfigObject preprocess,
                     config.Object("preprocess_cfg"));
    return AddOpenClipPreprocessClaims(preprocess, claims);
  }
  if (root.contains("vision_cfg")) return AddOpenClipClaims(config, claims);
  if (root.contains("schema_version") && root.contains("vision")) {
    return AddOwnClaims(config, claims);
  }
  if (root.contains("image_processor")) {  // of processor_config.json
    ASSIGN_OR_RETURN(const ConfigObject images,
                     config.Object("image_processor"));
    return AddHuggingFacePreprocessorClaims(images, claims);
  }
  if (name == "preprocessor_config.json") {
    return AddHuggingFacePreprocessorClaims(config, claims);
  }
  if (root.contains("model_type") || root.contains("architectures") ||
      root.contains("vision_config") || root.contains("hidden_act")) {
    return AddHuggingFaceClaims(config, claims);
  }
  notes->push_back(absl::StrCat(
      name, " beside the weights says nothing that is known of a CLIP"));
  return absl::OkStatus();
}

absl::Status AddClaimsOfMetadata(
    const std::map<std::string, std::string>& metadata, ModelClaims* claims) {
  const std::string by = "the file's metadata";
  if (const auto found = metadata.find("activation"); found != metadata.end()) {
    claims->Add("activation", found->second, by);
  }
  for (const auto& [key, setting] :
       {std::pair("heads", "vision.heads"), {"text_heads", "text.heads"}}) {
    const auto found = metadata.find(key);
    if (found == metadata.end()) continue;
    int64_t value = 0;
    if (!absl::SimpleAtoi(found->second, &value)) {
      return absl::DataLossError(absl::StrCat("the metadata \"", key,
                                              "\" is \"", found->second,
                                              "\", expected a whole number"));
    }
    claims->Add(setting, value, by);
  }
  return absl::OkStatus();
}

}  // namespace maskfill
