#include "model_tool/weights/model_hints.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::json;

absl::Status WrongType(const std::string& said_by, const char* key) {
  return absl::DataLossError(
      absl::StrCat(said_by, ": \"", key, "\" has the wrong type"));
}

// The member `key`, or `fallback` when it is absent or null.
template <typename T>
absl::StatusOr<std::optional<T>> Member(const Json& object, const char* key,
                                        const std::string& said_by) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::optional<T>();
  bool fits = false;
  if constexpr (std::is_same_v<T, bool>) {
    fits = found->is_boolean();
  } else if constexpr (std::is_same_v<T, std::string>) {
    fits = found->is_string();
  } else if constexpr (std::is_same_v<T, int64_t>) {
    fits = found->is_number_integer();
  } else {
    fits = found->is_number();
  }
  if (!fits) return WrongType(said_by, key);
  return std::optional<T>(found->get<T>());
}

absl::StatusOr<std::optional<std::array<float, 3>>> Triple(
    const Json& object, const char* key, const std::string& said_by) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) {
    return std::optional<std::array<float, 3>>();
  }
  if (!found->is_array() || found->size() != 3) {
    return WrongType(said_by, key);
  }
  std::array<float, 3> values;
  for (size_t i = 0; i < 3; ++i) {
    if (!(*found)[i].is_number()) return WrongType(said_by, key);
    values[i] = (*found)[i].get<float>();
  }
  return std::optional(values);
}

const Json& ObjectOrEmpty(const Json& object, const char* key) {
  static const Json* empty = new Json(Json::object());
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : *empty;
}

absl::StatusOr<Activation> FromHiddenAct(const std::string& text,
                                         const std::string& said_by) {
  if (absl::StatusOr<Activation> known = ParseActivation(text); known.ok()) {
    return known;
  }
  return absl::DataLossError(absl::StrCat(said_by, ": hidden_act is \"", text,
                                          "\", expected quick_gelu or gelu"));
}

// open_clip: {"embed_dim", "quick_gelu", "vision_cfg": {...}, ...}.
absl::Status ReadOpenClip(const Json& config, ModelHints* hints) {
  const std::string& by = hints->said_by;
  ASSIGN_OR_RETURN(const auto quick, Member<bool>(config, "quick_gelu", by));
  hints->activation =
      quick.value_or(false) ? Activation::kQuickGelu : Activation::kGelu;
  const Json& vision = ObjectOrEmpty(config, "vision_cfg");
  ASSIGN_OR_RETURN(hints->width, Member<int64_t>(vision, "width", by));
  ASSIGN_OR_RETURN(const auto head_width,
                   Member<int64_t>(vision, "head_width", by));
  const int64_t per_head = head_width.value_or(64);
  if (per_head < 1) return WrongType(by, "head_width");
  if (hints->width.has_value()) hints->heads = *hints->width / per_head;
  ASSIGN_OR_RETURN(
      hints->text_heads,
      Member<int64_t>(ObjectOrEmpty(config, "text_cfg"), "heads", by));
  return absl::OkStatus();
}

// One tower of Hugging Face's CLIPConfig, with the library's defaults.
absl::Status ReadHuggingFaceTower(const Json& tower, int64_t default_heads,
                                  std::optional<int64_t>* heads,
                                  ModelHints* hints) {
  const std::string& by = hints->said_by;
  ASSIGN_OR_RETURN(const auto act,
                   Member<std::string>(tower, "hidden_act", by));
  ASSIGN_OR_RETURN(const Activation activation,
                   FromHiddenAct(act.value_or("quick_gelu"), by));
  if (hints->activation.value_or(activation) != activation) {
    return absl::DataLossError(
        absl::StrCat(by,
                     ": both towers have different hidden_act, which is "
                     "not supported"));
  }
  hints->activation = activation;
  ASSIGN_OR_RETURN(const auto given,
                   Member<int64_t>(tower, "num_attention_heads", by));
  *heads = given.value_or(default_heads);
  ASSIGN_OR_RETURN(const auto eps, Member<double>(tower, "layer_norm_eps", by));
  if (eps.has_value()) hints->layer_norm_eps = eps;
  return absl::OkStatus();
}

absl::Status ReadHuggingFace(const Json& config, ModelHints* hints) {
  // transformers < 4.24 wrote the towers under *_config_dict as well.
  const bool has_both = config.contains("vision_config");
  const Json& vision =
      has_both ? ObjectOrEmpty(config, "vision_config") : config;
  RETURN_IF_ERROR(ReadHuggingFaceTower(vision, 12, &hints->heads, hints));
  ASSIGN_OR_RETURN(hints->width,
                   Member<int64_t>(vision, "hidden_size", hints->said_by));
  if (!has_both) return absl::OkStatus();
  return ReadHuggingFaceTower(ObjectOrEmpty(config, "text_config"), 8,
                              &hints->text_heads, hints);
}

// A checkpoint's config.json (proto/checkpoint.proto).
absl::Status ReadOwn(const Json& config, ModelHints* hints) {
  const std::string& by = hints->said_by;
  ASSIGN_OR_RETURN(const auto activation,
                   Member<std::string>(config, "activation", by));
  if (activation.has_value()) {
    ASSIGN_OR_RETURN(hints->activation, FromHiddenAct(*activation, by));
  }
  const Json& vision = ObjectOrEmpty(config, "vision");
  ASSIGN_OR_RETURN(hints->heads, Member<int64_t>(vision, "heads", by));
  ASSIGN_OR_RETURN(hints->width, Member<int64_t>(vision, "width", by));
  ASSIGN_OR_RETURN(hints->text_heads,
                   Member<int64_t>(ObjectOrEmpty(config, "text"), "heads", by));
  ASSIGN_OR_RETURN(hints->layer_norm_eps,
                   Member<double>(config, "layer_norm_eps", by));
  return absl::OkStatus();
}

absl::Status ReadPixelStatistics(const Json& object, const char* mean,
                                 const char* std, ModelHints* hints) {
  ASSIGN_OR_RETURN(hints->image_mean, Triple(object, mean, hints->said_by));
  ASSIGN_OR_RETURN(hints->image_std, Triple(object, std, hints->said_by));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelHints> ParseModelHints(absl::string_view json,
                                           const std::string& said_by) {
  ModelHints hints;
  hints.said_by = said_by;
  const Json root = Json::parse(json.begin(), json.end(), /*cb=*/nullptr,
                                /*allow_exceptions=*/false);
  if (!root.is_object()) {
    return absl::DataLossError(absl::StrCat(said_by, ": is not a JSON object"));
  }
  if (root.contains("model_cfg")) {
    RETURN_IF_ERROR(ReadOpenClip(ObjectOrEmpty(root, "model_cfg"), &hints));
    RETURN_IF_ERROR(ReadPixelStatistics(ObjectOrEmpty(root, "preprocess_cfg"),
                                        "mean", "std", &hints));
  } else if (root.contains("vision_cfg")) {
    RETURN_IF_ERROR(ReadOpenClip(root, &hints));
  } else if (root.contains("schema_version") && root.contains("vision")) {
    RETURN_IF_ERROR(ReadOwn(root, &hints));
    RETURN_IF_ERROR(
        ReadPixelStatistics(root, "image_mean", "image_std", &hints));
  } else if (root.contains("vision_config") || root.contains("hidden_act") ||
             root.value("model_type", Json()) == "clip_vision_model") {
    RETURN_IF_ERROR(ReadHuggingFace(root, &hints));
  } else {
    RETURN_IF_ERROR(
        ReadPixelStatistics(root, "image_mean", "image_std", &hints));
  }
  return hints;
}

absl::StatusOr<ModelHints> HintsFromMetadata(
    const std::map<std::string, std::string>& metadata,
    const std::string& said_by) {
  ModelHints hints;
  hints.said_by = said_by;
  if (const auto found = metadata.find("activation"); found != metadata.end()) {
    ASSIGN_OR_RETURN(hints.activation, FromHiddenAct(found->second, said_by));
  }
  const auto heads =
      [&](const char* key) -> absl::StatusOr<std::optional<int64_t>> {
    const auto found = metadata.find(key);
    if (found == metadata.end()) return std::optional<int64_t>();
    int64_t value = 0;
    if (!absl::SimpleAtoi(found->second, &value)) {
      return WrongType(said_by, key);
    }
    return std::optional(value);
  };
  ASSIGN_OR_RETURN(hints.heads, heads("heads"));
  ASSIGN_OR_RETURN(hints.text_heads, heads("text_heads"));
  return hints;
}

ModelHints MergeHints(const ModelHints& first, const ModelHints& second) {
  ModelHints merged = first;
  const auto fill = [](auto* value, const auto& other) {
    if (!value->has_value()) *value = other;
  };
  fill(&merged.activation, second.activation);
  fill(&merged.heads, second.heads);
  fill(&merged.text_heads, second.text_heads);
  fill(&merged.layer_norm_eps, second.layer_norm_eps);
  fill(&merged.image_mean, second.image_mean);
  fill(&merged.image_std, second.image_std);
  fill(&merged.width, second.width);
  if (merged.said_by.empty()) {
    merged.said_by = second.said_by;
  } else if (!second.said_by.empty()) {
    absl::StrAppend(&merged.said_by, " and ", second.said_by);
  }
  return merged;
}

absl::StatusOr<ModelHints> HintsFromFiles(
    const std::map<std::string, std::string>& files, bool prefer_open_clip) {
  std::vector<std::string> names(std::begin(kHintFiles), std::end(kHintFiles));
  if (prefer_open_clip) std::swap(names[0], names[1]);
  ModelHints merged;
  for (const std::string& name : names) {
    const auto json = files.find(name);
    if (json == files.end()) continue;
    ASSIGN_OR_RETURN(const ModelHints hints,
                     ParseModelHints(json->second, name));
    merged = MergeHints(merged, hints);
  }
  return merged;
}

}  // namespace maskfill
