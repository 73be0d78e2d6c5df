#include "model_tool/weights/hugging_face_keys.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/cat.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"

namespace maskfill {
namespace {

using NameMap = std::map<absl::string_view, absl::string_view>;

// Outside the layers; a transposed one is in kTransposed.
const NameMap& FixedNames() {
  static const NameMap* names = new NameMap{
      {"vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight"},
      {"vision_model.embeddings.class_embedding", "visual.class_embedding"},
      {"vision_model.embeddings.position_embedding.weight",
       "visual.positional_embedding"},
      // (sic)
      {"vision_model.pre_layrnorm.weight", "visual.ln_pre.weight"},
      {"vision_model.pre_layrnorm.bias", "visual.ln_pre.bias"},
      {"vision_model.post_layernorm.weight", "visual.ln_post.weight"},
      {"vision_model.post_layernorm.bias", "visual.ln_post.bias"},
      {"visual_projection.weight", "visual.proj"},
      {"text_model.embeddings.token_embedding.weight",
       "token_embedding.weight"},
      {"text_model.embeddings.position_embedding.weight",
       "positional_embedding"},
      {"text_model.final_layer_norm.weight", "ln_final.weight"},
      {"text_model.final_layer_norm.bias", "ln_final.bias"},
      {"text_projection.weight", "text_projection"},
      {"logit_scale", "logit_scale"},
  };
  return *names;
}

// Within a layer, apart from query, key and value.
const NameMap& LayerNames() {
  static const NameMap* names = new NameMap{
      {"layer_norm1.weight", "ln_1.weight"},
      {"layer_norm1.bias", "ln_1.bias"},
      {"layer_norm2.weight", "ln_2.weight"},
      {"layer_norm2.bias", "ln_2.bias"},
      {"self_attn.out_proj.weight", "attn.out_proj.weight"},
      {"self_attn.out_proj.bias", "attn.out_proj.bias"},
      {"mlp.fc1.weight", "mlp.c_fc.weight"},
      {"mlp.fc1.bias", "mlp.c_fc.bias"},
      {"mlp.fc2.weight", "mlp.c_proj.weight"},
      {"mlp.fc2.bias", "mlp.c_proj.bias"},
  };
  return *names;
}

absl::Status Unknown(absl::string_view name) {
  return absl::DataLossError(absl::StrCat(
      "tensor \"", name, "\" is none of Hugging Face's CLIPModel"));
}

// One of query, key and value, or nothing: "self_attn.q_proj.weight" of layer
// 3 -> ("visual.transformer.resblocks.3.attn.in_proj_weight", 0).
struct Part {
  std::string whole;
  int index = -1;
};
Part ParsePart(absl::string_view prefix, absl::string_view in_layer) {
  constexpr absl::string_view kKinds[] = {"weight", "bias"};
  constexpr absl::string_view kParts[] = {"q", "k", "v"};
  for (absl::string_view kind : kKinds) {
    for (int i = 0; i < 3; ++i) {
      if (in_layer == absl::StrCat("self_attn.", kParts[i], "_proj.", kind)) {
        return {absl::StrCat(prefix, "attn.in_proj_", kind), i};
      }
    }
  }
  return {};
}

}  // namespace

bool HasHuggingFaceNames(const NamedTensors& tensors) {
  return tensors.count("vision_model.embeddings.class_embedding") > 0;
}

absl::StatusOr<NamedTensors> FromHuggingFaceNames(const NamedTensors& tensors) {
  NamedTensors mapped;
  std::map<std::string, std::vector<at::Tensor>> joined;
  for (const auto& [name, tensor] : tensors) {
    if (const auto fixed = FixedNames().find(name);
        fixed != FixedNames().end()) {
      const bool transposed = absl::EndsWith(name, "_projection.weight");
      if (transposed && tensor.dim() != 2) {
        return absl::DataLossError(absl::StrCat("\"", name, "\" has shape ",
                                                ShapeText(tensor.sizes()),
                                                ", expected two dimensions"));
      }
      mapped[std::string(fixed->second)] =
          transposed ? tensor.t().contiguous() : tensor;
      continue;
    }
    absl::string_view rest = name;
    std::string prefix;
    if (absl::ConsumePrefix(&rest, "vision_model.encoder.layers.")) {
      prefix = "visual.transformer.resblocks.";
    } else if (absl::ConsumePrefix(&rest, "text_model.encoder.layers.")) {
      prefix = "transformer.resblocks.";
    } else {
      return Unknown(name);
    }
    const std::pair<absl::string_view, absl::string_view> split =
        absl::StrSplit(rest, absl::MaxSplits('.', 1));
    absl::StrAppend(&prefix, split.first, ".");
    if (const auto layer = LayerNames().find(split.second);
        layer != LayerNames().end()) {
      mapped[absl::StrCat(prefix, layer->second)] = tensor;
    } else if (const Part part = ParsePart(prefix, split.second);
               part.index >= 0) {
      auto& parts = joined[part.whole];
      parts.resize(3);
      parts[part.index] = tensor;
    } else {
      return Unknown(name);
    }
  }
  for (const auto& [name, parts] : joined) {
    for (const at::Tensor& part : parts) {
      if (!part.defined() || part.dim() == 0) {
        return absl::DataLossError(absl::StrCat(
            "\"", name, "\" needs q_proj, k_proj and v_proj of its layer"));
      }
    }
    ASSIGN_OR_RETURN(mapped[name],
                     CatchTorch([&] { return at::cat(parts, 0); }));
  }
  return mapped;
}

}  // namespace maskfill
