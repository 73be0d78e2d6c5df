#include "model_tool/weights/key_map.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status_macros.h"
#include "model_tool/weights/foreign_models.h"
#include "model_tool/weights/hugging_face_keys.h"

namespace maskfill {
namespace {

enum Naming { kOpenAi, kHuggingFace, kReference };
constexpr WeightsNaming kNamings[] = {
    {"openai", "visual.",
     "OpenAI, open_clip, WiSE-FT, FLYP, model soups, this toolkit"},
    {"hugging_face", "vision_model.",
     "Hugging Face's CLIPModel, CLIPVisionModelWithProjection"},
    {"reference", "backbone.", "the method's reference implementation"},
};

// By which an image tower is found, whatever stands before.
constexpr absl::string_view kFirstOfTower[] = {
    "visual.conv1.weight",
    "visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight",
    "vision_model.embeddings.class_embedding",
    "backbone.conv1.weight",
    "backbone.class_embedding",
};

// Wrappers of training code, which stand before a head as well.
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

bool IsNoWeight(absl::string_view name) {
  return std::find(std::begin(kNoWeights), std::end(kNoWeights), name) !=
             std::end(kNoWeights) ||
         absl::EndsWith(name, ".position_ids") ||
         absl::EndsWith(name, ".attn_mask");
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

bool IsHead(absl::string_view name) {
  return absl::StartsWith(name, "classifier.") ||
         absl::StartsWith(name, "classification_head.");
}

// Whether it is OpenAI's name of a tensor of a tower.
bool IsOfTower(absl::string_view name) {
  if (absl::StartsWith(name, "visual.") ||
      absl::StartsWith(name, "transformer.")) {
    return true;
  }
  return std::any_of(
      std::begin(kTextParts), std::end(kTextParts),
      [name](absl::string_view part) { return absl::StartsWith(name, part); });
}

// What stands before the name, if it is the first of an image tower.
std::optional<std::string> TowerPrefix(absl::string_view name) {
  for (absl::string_view first : kFirstOfTower) {
    absl::string_view before = name;
    if (absl::ConsumeSuffix(&before, first) &&
        (before.empty() || before.back() == '.')) {
      return std::string(before);
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::string> ChoosePrefix(const NamedTensors& tensors,
                                         absl::string_view wanted) {
  std::set<std::string> prefixes;
  for (const auto& [name, tensor] : tensors) {
    if (auto prefix = TowerPrefix(name)) prefixes.insert(*std::move(prefix));
  }
  if (wanted == kNoStateKey) {
    if (prefixes.count("") > 0) return "";
    wanted = "";
  }
  const std::string choices = absl::StrJoin(
      prefixes, ", ", [](std::string* out, const std::string& prefix) {
        absl::StrAppend(out, prefix.empty()
                                 ? absl::StrCat("none (\"", kNoStateKey, "\")")
                                 : absl::StrCat("\"", prefix, "\""));
      });
  if (!wanted.empty()) {
    for (const std::string& prefix : prefixes) {
      if (prefix == wanted || prefix == absl::StrCat(wanted, ".")) {
        return prefix;
      }
    }
    return absl::InvalidArgumentError(
        absl::StrCat("\"", wanted,
                     "\" of --state_key is neither the key of a dict of "
                     "weights nor a prefix "
                     "of their names; found names with the prefix ",
                     choices));
  }
  if (prefixes.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("found ", prefixes.size(),
                     " image towers, under names with the prefix ", choices,
                     "; choose one by --state_key=", *prefixes.rbegin()));
  }
  return prefixes.empty() ? "" : *prefixes.begin();
}

absl::Status TwoOfOne(const std::string& first, const std::string& second,
                      const std::string& name) {
  return absl::DataLossError(absl::StrCat(
      "\"", first, "\" and \"", second, "\" would both be \"", name,
      "\"; expected one of them: take out the other in Python"));
}

// The weights under `prefix` and the head, without it.
absl::StatusOr<NamedTensors> TakePrefixOff(const NamedTensors& given,
                                           MappedWeights* result) {
  NamedTensors tensors;
  std::vector<std::string> outside;
  for (const auto& [full_name, tensor] : given) {
    absl::string_view rest = full_name;
    const bool under = absl::ConsumePrefix(&rest, result->prefix);
    const std::string name = under ? std::string(rest) : WithoutWrappers(rest);
    if (IsNoWeight(name)) continue;
    if (!under && !IsHead(name)) {
      outside.push_back(full_name);
      continue;
    }
    if (!tensors.emplace(name, tensor).second) {
      const auto first = result->file_names.find(name);
      return TwoOfOne(first == result->file_names.end() ? name : first->second,
                      full_name, name);
    }
    if (name != full_name) result->file_names[name] = full_name;
  }
  if (!result->prefix.empty()) {
    result->notes.push_back(
        absl::StrCat("took the prefix \"", result->prefix, "\" off the names"));
  }
  if (!outside.empty()) {
    result->notes.push_back(absl::StrCat("left out ", outside.size(),
                                         " tensors without that "
                                         "prefix, the first \"",
                                         outside[0], "\""));
  }
  return tensors;
}

// Renames everything under `from`; the rest stays.
absl::Status Rename(absl::string_view from, absl::string_view to,
                    NamedTensors* tensors, MappedWeights* result) {
  if (!AnyStartsWith(*tensors, from)) return absl::OkStatus();
  NamedTensors renamed;
  std::map<std::string, std::string> file_names;
  for (const auto& [name, tensor] : *tensors) {
    absl::string_view rest = name;
    const std::string ours =
        absl::ConsumePrefix(&rest, from) ? absl::StrCat(to, rest) : name;
    const std::string theirs = result->FileName(name);
    if (const auto [at, is_new] = file_names.emplace(ours, theirs); !is_new) {
      return TwoOfOne(at->second, theirs, ours);
    }
    renamed[ours] = tensor;
  }
  for (const auto& [ours, theirs] : file_names) {
    if (ours != theirs) result->file_names[ours] = theirs;
  }
  result->beginnings.emplace_back(std::string(to), std::string(from));
  *tensors = std::move(renamed);
  return absl::OkStatus();
}

absl::Status CheckTowers(const NamedTensors& tensors) {
  if (AnyStartsWith(tensors, "visual.transformer.resblocks.")) {
    if (tensors.count("visual.proj") > 0) return absl::OkStatus();
    const auto head = tensors.find("classifier.weight");
    return absl::DataLossError(absl::StrCat(
        "the image tower has no projection into the joint space (visual.proj, "
        "visual_projection.weight)",
        head != tensors.end()
            ? ": with its head it is a CLIPForImageClassification, which "
              "averages patches; expected a CLIPModel or "
              "CLIPVisionModelWithProjection"
            : "; expected a CLIPModel or CLIPVisionModelWithProjection, not a "
              "CLIPVisionModel"));
  }
  const bool text = AnyStartsWith(tensors, "text_model.") ||
                    AnyStartsWith(tensors, "token_embedding.");
  return absl::DataLossError(absl::StrCat(
      "found no CLIP image tower among ", tensors.size(),
      " tensors (the first ",
      tensors.empty() ? "is none"
                      : absl::StrCat("is \"", tensors.begin()->first, "\""),
      ")", text ? ", only a text tower" : "",
      "; expected names such as visual.conv1.weight or "
      "vision_model.embeddings.class_embedding"));
}

}  // namespace

absl::Span<const WeightsNaming> AllWeightsNamings() { return kNamings; }

std::string MappedWeights::FileName(const std::string& name) const {
  const auto found = file_names.find(name);
  if (found != file_names.end()) return found->second;
  if (!IsOfTower(name)) return name;
  if (naming == kNamings[kHuggingFace].name) {
    const std::vector<std::string> theirs = HuggingFaceNames(name);
    return theirs.empty() ? name : absl::StrCat(prefix, theirs[0]);
  }
  const bool is_visual = absl::StartsWith(name, kNamings[kOpenAi].tower);
  for (const auto& [ours, theirs] : beginnings) {
    absl::string_view rest = name;
    // The text tower's names begin with nothing of their own.
    if (ours.empty() ? !is_visual : absl::ConsumePrefix(&rest, ours)) {
      return absl::StrCat(prefix, theirs, rest);
    }
  }
  return absl::StrCat(prefix, name);
}

std::string MappedWeights::WithFileNames(absl::string_view message) const {
  std::vector<std::string> parts = absl::StrSplit(message, '"');
  for (size_t i = 1; i + 1 < parts.size(); i += 2) {
    parts[i] = FileName(parts[i]);
  }
  return absl::StrJoin(parts, "\"");
}

bool BelongsToImageTower(absl::string_view name) {
  return TowerPrefix(name).has_value();
}

absl::StatusOr<MappedWeights> MapToOpenAiNames(const NamedTensors& given,
                                               absl::string_view prefix) {
  if (const std::string foreign = DescribeForeignModel(given);
      !foreign.empty()) {
    return absl::DataLossError(foreign);
  }
  MappedWeights result;
  result.naming = std::string(kNamings[kOpenAi].name);
  ASSIGN_OR_RETURN(result.prefix, ChoosePrefix(given, prefix));
  ASSIGN_OR_RETURN(NamedTensors tensors, TakePrefixOff(given, &result));
  if (HasHuggingFaceNames(tensors)) {
    result.naming = std::string(kNamings[kHuggingFace].name);
    NamedTensors head;
    for (auto at = tensors.begin(); at != tensors.end();) {
      const auto next = std::next(at);
      if (IsHead(at->first)) head.insert(tensors.extract(at));
      at = next;
    }
    ASSIGN_OR_RETURN(tensors, FromHuggingFaceNames(tensors));
    for (const auto& [name, tensor] : tensors) {
      // Not of a shape that has no name there: an error that is to come.
      const auto theirs = ToHuggingFaceNames({{name, tensor}});
      if (theirs.ok()) {
        result.file_names[name] =
            absl::StrCat(result.prefix, theirs->begin()->first);
      }
    }
    tensors.merge(head);
  }
  if (AnyStartsWith(tensors, "backbone.")) {
    result.naming = std::string(kNamings[kReference].name);
    RETURN_IF_ERROR(Rename("backbone.", "visual.", &tensors, &result));
  }
  RETURN_IF_ERROR(
      Rename("classification_head.", "classifier.", &tensors, &result));
  if (AnyStartsWith(tensors, "text.")) {
    if (!AnyStartsWith(tensors, "text.transformer.resblocks.")) {
      return absl::DataLossError(
          "the text tower is not CLIP's own (text.transformer.resblocks.* is "
          "missing); only CLIP's text transformer is supported");
    }
    RETURN_IF_ERROR(Rename("text.", "", &tensors, &result));
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
  if (const auto weight = tensors.find("classifier.weight");
      weight != tensors.end() && weight->second.dim() == 2 &&
      tensors.count("classifier.bias") == 0) {
    tensors["classifier.bias"] = at::zeros({weight->second.size(0)});
    result.notes.push_back("the head has no bias: zeros");
  }
  result.tensors = std::move(tensors);
  return result;
}

}  // namespace maskfill
