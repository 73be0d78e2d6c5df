#include "model_tool/weights/hugging_face_config.h"

#include <cmath>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;
using Member = ConfigMember;

constexpr Member kVision[] = {
    {"hidden_act", "activation", Member::kText},
    {"hidden_size", "vision.width", Member::kInteger},
    {"num_attention_heads", "vision.heads", Member::kInteger},
    {"num_hidden_layers", "vision.layers", Member::kInteger},
    {"intermediate_size", "vision.mlp_width", Member::kInteger},
    {"patch_size", "patch_size", Member::kInteger},
    {"image_size", "image_size", Member::kInteger},
    {"layer_norm_eps", "layer_norm_eps", Member::kNumber},
};

constexpr Member kText[] = {
    {"hidden_act", "activation", Member::kText},
    {"hidden_size", "text.width", Member::kInteger},
    {"num_attention_heads", "text.heads", Member::kInteger},
    {"num_hidden_layers", "text.layers", Member::kInteger},
    {"intermediate_size", "text.mlp_width", Member::kInteger},
    {"max_position_embeddings", "context_length", Member::kInteger},
    {"vocab_size", "vocab_size", Member::kInteger},
    {"layer_norm_eps", "text_layer_norm_eps", Member::kNumber},
};

constexpr Member kJoint[] = {
    {"projection_dim", "embed_dim", Member::kInteger},
};

// What transformers takes for members that a tower leaves out and the weights
// do not tell.
struct Default {
  const char* key;
  const char* setting;
  Json value;
};

absl::Status AddTower(const ConfigObject& tower,
                      absl::Span<const Member> members,
                      absl::Span<const Default> defaults, ModelClaims* claims) {
  RETURN_IF_ERROR(tower.AddClaims(members, claims));
  for (const Default& member : defaults) {
    if (tower.Has(member.key)) continue;
    claims->Add(member.setting, member.value,
                absl::StrCat(tower.name(), ": transformers' default"));
  }
  return absl::OkStatus();
}

absl::Status AddVision(const ConfigObject& tower, ModelClaims* claims) {
  return AddTower(tower, kVision,
                  {{"hidden_act", "activation", "quick_gelu"},
                   {"num_attention_heads", "vision.heads", 12},
                   {"layer_norm_eps", "layer_norm_eps", 1e-5}},
                  claims);
}

absl::Status AddText(const ConfigObject& tower, ModelClaims* claims) {
  return AddTower(tower, kText,
                  {{"hidden_act", "activation", "quick_gelu"},
                   {"num_attention_heads", "text.heads", 8},
                   {"layer_norm_eps", "text_layer_norm_eps", 1e-5}},
                  claims);
}

}  // namespace

absl::Status AddHuggingFaceClaims(const ConfigObject& config,
                                  ModelClaims* claims) {
  const Json& type = config.Get("model_type");
  if (!type.is_null() && type != "clip" && type != "clip_vision_model") {
    return absl::DataLossError(absl::StrCat(
        config.name(), " is of another model: its model_type is ", type.dump(),
        "; expected \"clip\" or \"clip_vision_model\", or no such file beside "
        "the weights"));
  }
  for (const Json& architecture : config.Get("architectures")) {
    if (architecture.is_string() &&
        absl::StartsWith(architecture.get<std::string>(), "CLIP")) {
      continue;
    }
    return absl::DataLossError(absl::StrCat(
        config.name(), " is of another model: its architectures are ",
        config.Get("architectures").dump(), "; expected CLIP's, ",
        "or no such file beside the weights"));
  }
  RETURN_IF_ERROR(config.AddClaims(kJoint, claims));
  bool has_towers = false;
  for (const char* key : {"vision_config", "vision_config_dict"}) {
    if (!config.Has(key)) continue;
    has_towers = true;
    ASSIGN_OR_RETURN(const ConfigObject tower, config.Object(key));
    RETURN_IF_ERROR(AddVision(tower, claims));
  }
  bool has_text = false;
  for (const char* key : {"text_config", "text_config_dict"}) {
    if (!config.Has(key)) continue;
    has_text = true;
    ASSIGN_OR_RETURN(const ConfigObject tower, config.Object(key));
    RETURN_IF_ERROR(AddText(tower, claims));
  }
  // A CLIPModel has a text tower, whether its configuration tells of it or not.
  if (has_towers && !has_text && type == "clip") {
    claims->Add("activation", "quick_gelu",
                absl::StrCat(config.name(),
                             ": transformers' default without text_config"));
  }
  return has_towers ? absl::OkStatus() : AddVision(config, claims);
}

absl::Status AddHuggingFacePreprocessorClaims(const ConfigObject& config,
                                              ModelClaims* claims) {
  for (const char* key : {"image_processor_type", "feature_extractor_type"}) {
    const Json& type = config.Get(key);
    if (type.is_string() &&
        !absl::StartsWith(type.get<std::string>(), "CLIP")) {
      return absl::DataLossError(absl::StrCat(
          config.name(), " is of another model: its ", key, " is ", type.dump(),
          "; expected CLIP's, or no such file beside the weights"));
    }
  }
  // What ingest and the towers always do.
  for (const char* key :
       {"do_resize", "do_center_crop", "do_rescale", "do_normalize"}) {
    RETURN_IF_ERROR(config.CheckOneOf(key, {true}, "true"));
  }
  const Json& factor = config.Get("rescale_factor");
  if (!factor.is_null() && !(factor.is_number() &&
                             std::abs(factor.get<double>() * 255 - 1) < 1e-6)) {
    return config.Unsupported("rescale_factor", "1/255");
  }
  // A number of pixels, {"shortest_edge": N} or {"height": N, "width": N}.
  for (const char* key : {"size", "crop_size"}) {
    Json size = config.Get(key);
    if (size.is_object()) {
      const Json height = size.value("height", Json());
      const bool square = height == size.value("width", Json());
      size = size.value("shortest_edge", square ? height : Json("rectangle"));
    }
    if (size.is_null()) continue;
    if (!size.is_number_integer()) {
      return config.Unsupported(key, "a number of pixels, equal on both sides");
    }
    claims->Add("image_size", size, config.name());
  }
  // 3 is bicubic in Pillow's numbering.
  RETURN_IF_ERROR(
      config.CheckOneOf("resample", {3}, "3 (bicubic), as ingest resizes"));
  constexpr Member kStatistics[] = {
      {"image_mean", "image_mean", Member::kTriple},
      {"image_std", "image_std", Member::kTriple},
  };
  return config.AddClaims(kStatistics, claims);
}

}  // namespace maskfill
