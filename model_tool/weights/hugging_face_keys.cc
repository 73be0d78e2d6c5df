#include "model_tool/weights/hugging_face_keys.h"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/cat.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"

namespace maskfill {
namespace {

// What becomes of a tensor besides its name.
enum Form { kQuery, kKey, kValue, kWhole, kTransposed };
constexpr int kParts = 3;  // one tensor at OpenAI's: query, key, value

struct Row {
  absl::string_view hugging_face;
  absl::string_view openai;
  Form form = kWhole;
};
// A column of it.
using Names = absl::string_view Row::*;

constexpr Row kOutsideLayers[] = {
    {"vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight"},
    {"vision_model.embeddings.class_embedding", "visual.class_embedding"},
    {"vision_model.embeddings.position_embedding.weight",
     "visual.positional_embedding"},
    // (sic)
    {"vision_model.pre_layrnorm.weight", "visual.ln_pre.weight"},
    {"vision_model.pre_layrnorm.bias", "visual.ln_pre.bias"},
    {"vision_model.post_layernorm.weight", "visual.ln_post.weight"},
    {"vision_model.post_layernorm.bias", "visual.ln_post.bias"},
    {"visual_projection.weight", "visual.proj", kTransposed},
    {"text_model.embeddings.token_embedding.weight", "token_embedding.weight"},
    {"text_model.embeddings.position_embedding.weight", "positional_embedding"},
    {"text_model.final_layer_norm.weight", "ln_final.weight"},
    {"text_model.final_layer_norm.bias", "ln_final.bias"},
    {"text_projection.weight", "text_projection", kTransposed},
    {"logit_scale", "logit_scale"},
};

// Before the number of a layer.
constexpr Row kLayers[] = {
    {"vision_model.encoder.layers.", "visual.transformer.resblocks."},
    {"text_model.encoder.layers.", "transformer.resblocks."},
};

// After it.
constexpr Row kInLayer[] = {
    {"layer_norm1.weight", "ln_1.weight"},
    {"layer_norm1.bias", "ln_1.bias"},
    {"self_attn.q_proj.weight", "attn.in_proj_weight", kQuery},
    {"self_attn.k_proj.weight", "attn.in_proj_weight", kKey},
    {"self_attn.v_proj.weight", "attn.in_proj_weight", kValue},
    {"self_attn.q_proj.bias", "attn.in_proj_bias", kQuery},
    {"self_attn.k_proj.bias", "attn.in_proj_bias", kKey},
    {"self_attn.v_proj.bias", "attn.in_proj_bias", kValue},
    {"self_attn.out_proj.weight", "attn.out_proj.weight"},
    {"self_attn.out_proj.bias", "attn.out_proj.bias"},
    {"layer_norm2.weight", "ln_2.weight"},
    {"layer_norm2.bias", "ln_2.bias"},
    {"mlp.fc1.weight", "mlp.c_fc.weight"},
    {"mlp.fc1.bias", "mlp.c_fc.bias"},
    {"mlp.fc2.weight", "mlp.c_proj.weight"},
    {"mlp.fc2.bias", "mlp.c_proj.bias"},
};

struct Translation {
  std::string name;
  Form form;
};

// What the tensor is called in the other column: nothing where it is not
// known, several where it is one of several parts there.
std::vector<Translation> Translate(absl::string_view name, Names from,
                                   Names to) {
  std::vector<Translation> found;
  for (const Row& row : kOutsideLayers) {
    if (name == row.*from) found.push_back({std::string(row.*to), row.form});
  }
  for (const Row& layers : kLayers) {
    absl::string_view rest = name;
    if (!absl::ConsumePrefix(&rest, layers.*from)) continue;
    const std::pair<absl::string_view, absl::string_view> split =
        absl::StrSplit(rest, absl::MaxSplits('.', 1));
    for (const Row& row : kInLayer) {
      if (split.second != row.*from) continue;
      found.push_back(
          {absl::StrCat(layers.*to, split.first, ".", row.*to), row.form});
    }
  }
  return found;
}

absl::Status CheckIsMatrix(absl::string_view name, const at::Tensor& tensor) {
  if (tensor.dim() == 2) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("\"", name, "\" has shape ",
                                          ShapeText(tensor.sizes()),
                                          ", expected two dimensions"));
}

}  // namespace

std::vector<std::string> HuggingFaceNames(absl::string_view openai_name) {
  std::vector<std::string> names;
  for (const Translation& found :
       Translate(openai_name, &Row::openai, &Row::hugging_face)) {
    names.push_back(found.name);
  }
  return names;
}

bool HasHuggingFaceNames(const NamedTensors& tensors) {
  return tensors.count("vision_model.embeddings.class_embedding") > 0;
}

absl::StatusOr<NamedTensors> FromHuggingFaceNames(const NamedTensors& tensors) {
  NamedTensors mapped;
  std::map<std::string, std::array<at::Tensor, kParts>> joined;
  for (const auto& [name, tensor] : tensors) {
    const auto found = Translate(name, &Row::hugging_face, &Row::openai);
    if (found.empty()) {
      return absl::DataLossError(absl::StrCat(
          "tensor \"", name, "\" is none of Hugging Face's CLIPModel"));
    }
    const auto& [openai, form] = found[0];
    if (form == kTransposed) {
      RETURN_IF_ERROR(CheckIsMatrix(name, tensor));
      mapped[openai] = tensor.t().contiguous();
    } else if (form == kWhole) {
      mapped[openai] = tensor;
    } else {
      joined[openai][form] = tensor;
    }
  }
  for (const auto& [name, parts] : joined) {
    for (int i = 0; i < kParts; ++i) {
      if (parts[i].defined() && parts[i].dim() > 0) continue;
      return absl::DataLossError(absl::StrCat(
          "\"", HuggingFaceNames(name)[i], "\" is ",
          parts[i].defined() ? "a scalar" : "missing",
          ", expected a tensor beside those of q_proj, k_proj and v_proj of ",
          "its layer"));
    }
    ASSIGN_OR_RETURN(mapped[name], CatchTorch([&] {
                       return at::cat(at::TensorList(parts), 0);
                     }));
  }
  return mapped;
}

absl::StatusOr<NamedTensors> ToHuggingFaceNames(const NamedTensors& tensors) {
  NamedTensors mapped;
  for (const auto& [name, tensor] : tensors) {
    const auto found = Translate(name, &Row::openai, &Row::hugging_face);
    if (found.empty()) {
      return absl::DataLossError(absl::StrCat(
          "tensor \"", name, "\" has no name in Hugging Face's CLIPModel"));
    }
    for (const auto& [hugging_face, form] : found) {
      if (form == kTransposed) {
        RETURN_IF_ERROR(CheckIsMatrix(name, tensor));
        mapped[hugging_face] = tensor.t();
      } else if (form == kWhole) {
        mapped[hugging_face] = tensor;
      } else if (tensor.dim() > 0 && tensor.size(0) % kParts == 0) {
        mapped[hugging_face] = tensor.chunk(kParts, 0)[form];
      } else {
        return absl::DataLossError(
            absl::StrCat("\"", name, "\" has shape ", ShapeText(tensor.sizes()),
                         ", expected query, key and value of equal size"));
      }
    }
  }
  return mapped;
}

}  // namespace maskfill
