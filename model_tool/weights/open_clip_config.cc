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
    {"image_size"},
    {"head_width", "", Member::kInteger},
    {"mlp_ratio", "", Member::kNumber},
    {"patch_dropout"},  // of training
    {"pool_type"},
    {"pos_embed_type"},
    {"block_type"},
    {"attn_pooler_queries"},  // of attentional_pool
    {"attn_pooler_heads"},
    {"timm_pool"},  // of timm_model_name
    {"timm_proj"},
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
    {"proj_type"},
    {"block_type"},
    {"hf_model_pretrained"},  // of hf_model_name
    {"hf_proj_type"},
    {"hf_pooler_type"},
    {"norm_kwargs"},
    {"act_kwargs"},
    {"pad_id"},
    {"eos_id"},
    {"output_tokens"},
};

constexpr Member kNorm[] = {{"eps", "", Member::kNumber}};

// What CLIPVisionCfg and CLIPTextCfg have when nothing is said.
constexpr int64_t kVisionWidth = 768;
constexpr int64_t kHeadWidth = 64;
constexpr int64_t kTextHeads = 8;

// A number of pixels, or that of both sides.
absl::Status AddImageSize(const ConfigObject& object, const char* key,
                          ModelClaims* claims) {
  Json size = object.Get(key);
  if (size.is_null()) return absl::OkStatus();
  if (size.is_array() && size.size() == 2 && size[0] == size[1]) size = size[0];
  if (!size.is_number_integer()) {
    return object.Unsupported(key, "a number of pixels");
  }
  claims->Add("image_size", size, object.name());
  return absl::OkStatus();
}

// open_clip says how wide a head is, and has one of 64 and a width of 768
// where nothing is said.
absl::Status AddHeads(const ConfigObject& vision, ModelClaims* claims) {
  const auto said = [&](const char* key, int64_t usual) {
    return vision.Has(key) ? vision.Get(key).get<int64_t>() : usual;
  };
  if (!vision.Has("width") && !vision.Has("head_width")) {
    return absl::OkStatus();
  }
  const int64_t per_head = said("head_width", kHeadWidth);
  if (per_head < 1) return vision.Unsupported("head_width", "at least 1");
  claims->Add("vision.heads", said("width", kVisionWidth) / per_head,
              vision.name());
  return absl::OkStatus();
}

// What both towers have; `prefix` is "" or "text_".
absl::Status AddTower(const ConfigObject& tower, const std::string& prefix,
                      absl::Span<const Member> members, ModelClaims* claims) {
  RETURN_IF_ERROR(tower.RefuseOthers(members));
  RETURN_IF_ERROR(tower.AddClaims(members, claims));
  RETURN_IF_ERROR(tower.CheckOneOf("block_type", {"default"}, "\"default\""));
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
      model.CheckOneOf("quick_gelu", {true, false}, "true or false"));
  const bool quick = model.Get("quick_gelu") == true;
  claims->Add("activation", quick ? "quick_gelu" : "gelu", model.name());

  ASSIGN_OR_RETURN(const ConfigObject vision, model.Object("vision_cfg"));
  RETURN_IF_ERROR(AddTower(vision, "", kVision, claims));
  RETURN_IF_ERROR(
      vision.CheckOneOf("pool_type", {"tok"}, "\"tok\", the class token"));
  RETURN_IF_ERROR(
      vision.CheckOneOf("pos_embed_type", {"learnable"}, "\"learnable\""));
  RETURN_IF_ERROR(AddImageSize(vision, "image_size", claims));
  RETURN_IF_ERROR(AddHeads(vision, claims));
  ASSIGN_OR_RETURN(const ConfigObject text, model.Object("text_cfg"));
  RETURN_IF_ERROR(AddTower(text, "text_", kText, claims));
  if (model.Has("text_cfg") && !text.Has("heads")) {
    claims->Add("text.heads", kTextHeads,
                absl::StrCat(text.name(), ": open_clip's default"));
  }
  RETURN_IF_ERROR(text.CheckOneOf("proj_type", {"linear"}, "\"linear\""));
  return text.CheckOneOf("pool_type", {"argmax"},
                         "\"argmax\", the token with the highest number");
}

absl::Status AddOpenClipPreprocessClaims(const ConfigObject& preprocess,
                                         ModelClaims* claims) {
  constexpr Member kPreprocess[] = {
      {"mean", "image_mean", Member::kTriple},
      {"std", "image_std", Member::kTriple},
  };
  RETURN_IF_ERROR(preprocess.CheckOneOf("interpolation", {"bicubic"},
                                        "\"bicubic\", as ingest resizes"));
  RETURN_IF_ERROR(preprocess.CheckOneOf("resize_mode", {"shortest"},
                                        "\"shortest\", as ingest resizes"));
  RETURN_IF_ERROR(preprocess.CheckOneOf("mode", {"RGB"}, "\"RGB\""));
  RETURN_IF_ERROR(AddImageSize(preprocess, "size", claims));
  return preprocess.AddClaims(kPreprocess, claims);
}

}  // namespace maskfill
