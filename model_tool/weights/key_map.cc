#include "model_tool/weights/key_map.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/status_macros.h"
#include "model_tool/weights/hugging_face_keys.h"

namespace maskfill {
namespace {

// Wrappers of training code: data parallel, torch.compile, soups' modules.
constexpr absl::string_view kWrappers[] = {"module.", "_orig_mod.", "model."};

// Scalars and buffers that stand beside the weights in some state dicts.
constexpr absl::string_view kNoWeights[] = {
    "input_resolution", "context_length", "vocab_size", "attn_mask"};

constexpr absl::string_view kTextParts[] = {
    "token_embedding.", "positional_embedding", "ln_final.", "text_projection"};

bool AnyStartsWith(const NamedTensors& tensors, absl::string_view prefix) {
  const auto first = tensors.lower_bound(std::string(prefix));
  return first != tensors.end() && absl::StartsWith(first->first, prefix);
}

std::string WithoutWrappers(absl::string_view name) {
  bool again = true;
  while (again) {
    again = false;
    for (absl::string_view wrapper : kWrappers) {
      again = absl::ConsumePrefix(&name, wrapper) || again;
    }
  }
  return std::string(name);
}

bool IsNoWeight(absl::string_view name) {
  return std::find(std::begin(kNoWeights), std::end(kNoWeights), name) !=
             std::end(kNoWeights) ||
         absl::EndsWith(name, ".position_ids") ||
         absl::EndsWith(name, ".attn_mask");
}

// Renames everything under `from`; the rest stays.
NamedTensors Renamed(const NamedTensors& tensors, absl::string_view from,
                     absl::string_view to) {
  NamedTensors renamed;
  for (const auto& [name, tensor] : tensors) {
    absl::string_view rest = name;
    if (absl::ConsumePrefix(&rest, from)) {
      renamed[absl::StrCat(to, rest)] = tensor;
    } else {
      renamed[name] = tensor;
    }
  }
  return renamed;
}

absl::Status CheckTowers(const NamedTensors& tensors) {
  if (AnyStartsWith(tensors, "visual.trunk.")) {
    return absl::DataLossError(
        "the image tower is one of timm's (visual.trunk.*); expected CLIP's "
        "own ViT (visual.transformer.*)");
  }
  if (AnyStartsWith(tensors, "visual.layer1.") ||
      AnyStartsWith(tensors, "visual.attnpool.")) {
    return absl::DataLossError(
        "the image tower is a ResNet; expected a ViT, since the method masks "
        "patches");
  }
  if (!AnyStartsWith(tensors, "visual.transformer.resblocks.")) {
    std::string first = tensors.empty() ? "none" : tensors.begin()->first;
    return absl::DataLossError(
        absl::StrCat("found no CLIP image tower among ", tensors.size(),
                     " tensors (the first is \"", first,
                     "\"); expected names such as visual.conv1.weight or "
                     "vision_model.embeddings.class_embedding"));
  }
  if (tensors.count("visual.proj") == 0) {
    return absl::DataLossError(
        "the image tower has no visual.proj; expected CLIP's ViT with its "
        "projection into the joint space");
  }
  if (AnyStartsWith(tensors, "visual.attn_pool.")) {
    return absl::DataLossError(
        "the image tower pools by attention (CoCa); expected CLIP's class "
        "token");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<MappedWeights> MapToOpenAiNames(const NamedTensors& given) {
  MappedWeights result;
  result.naming = "openai";
  NamedTensors tensors;
  for (const auto& [full_name, tensor] : given) {
    std::string name = WithoutWrappers(full_name);
    if (IsNoWeight(name)) continue;
    if (!tensors.emplace(name, tensor).second) {
      return absl::DataLossError(absl::StrCat(
          "two tensors are called \"", name,
          "\" once wrappers such as "
          "\"module.\" are taken off; expected one model in the file"));
    }
  }
  if (HasHuggingFaceNames(tensors)) {
    result.naming = "hugging_face";
    ASSIGN_OR_RETURN(tensors, FromHuggingFaceNames(tensors));
  }
  if (AnyStartsWith(tensors, "backbone.")) {
    result.naming = "reference";
    tensors = Renamed(tensors, "backbone.", "visual.");
  }
  tensors = Renamed(tensors, "classification_head.", "classifier.");
  if (AnyStartsWith(tensors, "text.")) {
    if (!AnyStartsWith(tensors, "text.transformer.resblocks.")) {
      return absl::DataLossError(
          "the text tower is not CLIP's own (text.transformer.resblocks.* is "
          "missing); only CLIP's text transformer is supported");
    }
    tensors = Renamed(tensors, "text.", "");
  }
  RETURN_IF_ERROR(CheckTowers(tensors));
  if (!AnyStartsWith(tensors, "transformer.resblocks.")) {
    size_t dropped = 0;
    for (absl::string_view part : kTextParts) {
      dropped += std::erase_if(tensors, [part](const auto& entry) {
        return absl::StartsWith(entry.first, part);
      });
    }
    if (dropped > 0) {
      result.notes.push_back(
          absl::StrCat("left out ", dropped,
                       " tensors of a text tower without its transformer"));
    }
  }
  if (const auto scale = tensors.find("logit_scale");
      scale != tensors.end() && scale->second.numel() == 1) {
    scale->second = scale->second.reshape({});
  }
  result.tensors = std::move(tensors);
  return result;
}

}  // namespace maskfill
