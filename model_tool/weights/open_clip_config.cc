#include "model_tool/weights/open_clip_config.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;
using Member = ConfigMember;

constexpr Member kModel[] = {
    {"embed_dim", "embed_dim", Member::kInteger},
    {"quick_gelu"},
    {"vision_cfg"},
    {"text_cfg"},
    {"custom_text"},       // other names, the same model
    {"init_logit_scale"},  // where training began
    {"nonscalar_logit_scale"},
    {"output_dict"},
    {"cast_dtype"},
    {"model_name"},
};

constexpr Member kVision[] = {
    {"width", "vision.width", Member::kInteger},
    {"layers", "vision.layers", Member::kInteger},
    {"patch_size", "patch_size", Member::kInteger},
    {"image_size", "image_size", Member::kInteger},
    {"head_width", "", Member::kInteger},
    {"mlp_ratio", "", Member::kNumber},
    {"patch_dropout"},  // of training
    {"pool_type"},
    {"pos_embed_type"},
    {"norm_kwargs"},
    {"act_kwargs"},
    {"output_tokens"},
};

constexpr Member kText[] = {
    {"width", "text.width", Member::kInteger},
    {"layers", "text.layers", Member::kInteger},
    {"heads", "text.heads", Member::kInteger},
    {"context_length", "context_length", Member::kInteger},
    {"vocab_size", "vocab_size", Member::kInteger},
    {"mlp_ratio", "", Member::kNumber},
    {"pool_type"},
    {"proj"},
    {"norm_kwargs"},
    {"act_kwargs"},
    {"pad_id"},
    {"eos_id"},
    {"output_tokens"},
};

constexpr Member kNorm[] = {{"eps", "", Member::kNumber}};

// A member that may only have the values in `allowed`, or be absent.
absl::Status CheckOneOf(const ConfigObject& object, const char* key,
                        std::vector<Json> allowed, const char* expected) {
  if (!object.Has(key)) return absl::OkStatus();
  for (const Json& value : allowed) {
    if (object.Get(key) == value) return absl::OkStatus();
  }
  return object.Unsupported(key, expected);
}

// What both towers have; `prefix` is "" or "text_".
absl::Status AddTower(const ConfigObject& tower, const std::string& prefix,
                      absl::Span<const Member> members, ModelClaims* claims) {
  RETURN_IF_ERROR(tower.RefuseOthers(members));
  RETURN_IF_ERROR(tower.AddClaims(members, claims));
  ASSIGN_OR_RETURN(const ConfigObject act, tower.Object("act_kwargs"));
  RETURN_IF_ERROR(act.RefuseOthers({}));
  ASSIGN_OR_RETURN(const ConfigObject norm, tower.Object("norm_kwargs"));
  RETURN_IF_ERROR(norm.RefuseOthers(kNorm));
  RETURN_IF_ERROR(norm.AddClaims(kNorm, claims));
  claims->Add(prefix + "layer_norm_eps",
              norm.Has("eps") ? norm.Get("eps") : Json(1e-5), tower.name());
  const std::string name = prefix.empty() ? "vision" : "text";
  if (tower.Has("mlp_ratio") && tower.Has("width")) {
    const double width =
        tower.Get("width").get<double>() * tower.Get("mlp_ratio").get<double>();
    claims->Add(name + ".mlp_width", static_cast<int64_t>(width), tower.name());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddOpenClipClaims(const ConfigObject& model, ModelClaims* claims) {
  RETURN_IF_ERROR(model.RefuseOthers(kModel));
  RETURN_IF_ERROR(model.AddClaims(kModel, claims));
  RETURN_IF_ERROR(
      CheckOneOf(model, "quick_gelu", {true, false}, "true or false"));
  const bool quick = model.Get("quick_gelu") == true;
  claims->Add("activation", quick ? "quick_gelu" : "gelu", model.name());

  ASSIGN_OR_RETURN(const ConfigObject vision, model.Object("vision_cfg"));
  RETURN_IF_ERROR(AddTower(vision, "", kVision, claims));
  RETURN_IF_ERROR(
      CheckOneOf(vision, "pool_type", {"tok"}, "\"tok\", the class token"));
  RETURN_IF_ERROR(
      CheckOneOf(vision, "pos_embed_type", {"learnable"}, "\"learnable\""));
  if (vision.Has("width")) {
    const Json per_head =
        vision.Has("head_width") ? vision.Get("head_width") : Json(64);
    if (per_head.get<int64_t>() < 1) {
      return vision.Unsupported("head_width", "at least 1");
    }
    claims->Add("vision.heads",
                vision.Get("width").get<int64_t>() / per_head.get<int64_t>(),
                vision.name());
  }
  ASSIGN_OR_RETURN(const ConfigObject text, model.Object("text_cfg"));
  RETURN_IF_ERROR(AddTower(text, "text_", kText, claims));
  RETURN_IF_ERROR(CheckOneOf(text, "proj", {"linear"}, "\"linear\""));
  return CheckOneOf(text, "pool_type", {"argmax"},
                    "\"argmax\", the token with the highest number");
}

absl::Status AddOpenClipPreprocessClaims(const ConfigObject& preprocess,
                                         ModelClaims* claims) {
  constexpr Member kPreprocess[] = {
      {"mean", "image_mean", Member::kTriple},
      {"std", "image_std", Member::kTriple},
  };
  RETURN_IF_ERROR(CheckOneOf(preprocess, "interpolation", {"bicubic"},
                             "\"bicubic\", as ingest resizes"));
  RETURN_IF_ERROR(CheckOneOf(preprocess, "resize_mode", {"shortest"},
                             "\"shortest\", as ingest resizes"));
  Json size = preprocess.Get("size");
  if (size.is_array() && size.size() == 2 && size[0] == size[1]) size = size[0];
  if (!size.is_null() && !size.is_number_integer()) {
    return preprocess.Unsupported("size", "a number of pixels");
  }
  if (!size.is_null()) claims->Add("image_size", size, preprocess.name());
  return preprocess.AddClaims(kPreprocess, claims);
}

}  // namespace maskfill
