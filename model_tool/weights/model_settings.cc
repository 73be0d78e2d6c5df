#include "model_tool/weights/model_settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

using Json = nlohmann::json;

constexpr int64_t kHeadWidth = 64;
constexpr int64_t kWidestWithoutDoubt = 1024;

absl::StatusOr<std::vector<int64_t>> Shape(const NamedTensors& tensors,
                                           const std::string& name,
                                           size_t dimensions) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    return absl::DataLossError(absl::StrCat("\"", name, "\" is missing"));
  }
  if (found->second.sizes().size() != dimensions) {
    return absl::DataLossError(absl::StrCat(
        "\"", name, "\" has shape ", ShapeText(found->second.sizes()),
        ", expected ", dimensions, " dimensions"));
  }
  return found->second.sizes().vec();
}

int64_t CountLayers(const NamedTensors& tensors, const std::string& prefix) {
  int64_t layers = 0;
  while (tensors.count(absl::StrCat(prefix, "transformer.resblocks.", layers,
                                    ".attn.in_proj_weight")) > 0) {
    ++layers;
  }
  return layers;
}

// DataLoss when there is a block beyond the `layers` that follow each other.
absl::Status CheckNoGap(const NamedTensors& tensors, const std::string& prefix,
                        int64_t layers) {
  const std::string blocks = absl::StrCat(prefix, "transformer.resblocks.");
  for (auto at = tensors.lower_bound(blocks);
       at != tensors.end() && absl::StartsWith(at->first, blocks); ++at) {
    const absl::string_view rest =
        absl::string_view(at->first).substr(blocks.size());
    int64_t block = 0;
    if (absl::SimpleAtoi(rest.substr(0, rest.find('.')), &block) &&
        block > layers) {
      return absl::DataLossError(absl::StrCat(
          "\"", blocks, layers, ".attn.in_proj_weight\" is missing, though \"",
          at->first, "\" is there; expected blocks without a gap"));
    }
  }
  return absl::OkStatus();
}

std::string ValueText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return NumberText(value.get<int64_t>());
  if (value.is_number()) return NumberText(value.get<double>());
  return absl::StrJoin(value, " ", [](std::string* out, const Json& item) {
    absl::StrAppend(out, NumberText(item.get<float>()));
  });
}

// Equal in what a model would compute with: pixel statistics are float32.
bool Agree(const Json& a, const Json& b) {
  if (!a.is_array() || !b.is_array() || a.size() != b.size()) return a == b;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].get<float>() != b[i].get<float>()) return false;
  }
  return true;
}

// Settles one setting after the other and notes who decided it.
class Decider {
 public:
  Decider(const ModelClaims& claims, ModelSettings* result)
      : claims_(claims), result_(*result) {}

  // A size that the weights tell: nobody may say otherwise.
  absl::Status Size(const std::string& name, int64_t value) {
    for (const Claim& claim : claims_.Of(name)) {
      if (Agree(claim.value, value)) continue;
      return absl::DataLossError(absl::StrCat(
          claim.by, " is of another model: its ", name, " is ",
          ValueText(claim.value), ", that of the weights is ", value,
          "; expected the configuration that belongs to these weights, or no "
          "such file beside them"));
    }
    Note(name, value, "the weights");
    return absl::OkStatus();
  }

  // A size of which the weights decide, whatever else is said.
  void SizeThatCounts(const std::string& name, int64_t value) {
    for (const Claim& claim : claims_.Of(name)) {
      if (Agree(claim.value, value)) continue;
      result_.remarks.push_back(absl::StrCat(claim.by, " says ", name, " ",
                                             ValueText(claim.value),
                                             "; the weights have ", value));
    }
    Note(name, value, "the weights");
  }

  // What is said of a setting that the weights do not tell; nothing: nobody
  // does. `flag` is the one that settles it, for messages.
  absl::StatusOr<std::optional<Claim>> Said(const std::string& name,
                                            const std::string& flag) {
    const std::vector<Claim>& said = claims_.Of(name);
    if (said.empty()) return std::optional<Claim>();
    const bool by_flag = absl::StartsWith(said[0].by, "--");
    for (const Claim& other : said) {
      if (Agree(other.value, said[0].value)) continue;
      const std::string both =
          absl::StrCat(ValueText(said[0].value), " (", said[0].by, ") and ",
                       ValueText(other.value), " (", other.by, ")");
      if (!by_flag) {
        return absl::DataLossError(absl::StrCat(
            name, " is said to be ", both, "; expected one value: ",
            flag.empty() ? "remove what is wrong beside the weights"
                         : absl::StrCat("settle it by ", flag)));
      }
      result_.remarks.push_back(
          absl::StrCat(said[0].by, "=", ValueText(said[0].value), " overrides ",
                       ValueText(other.value), " of ", other.by));
    }
    Note(name, said[0].value, said[0].by);
    return std::optional<Claim>(said[0]);
  }

  void Note(const std::string& name, const Json& value, std::string by) {
    result_.settings.push_back({name, ValueText(value), std::move(by)});
  }

 private:
  const ModelClaims& claims_;
  ModelSettings& result_;
};

absl::Status DecideActivation(Decider* decide, Activation* activation) {
  ASSIGN_OR_RETURN(const auto said, decide->Said("activation", "--activation"));
  if (!said.has_value()) {
    return absl::InvalidArgumentError(
        "the weights do not tell the MLP's activation and no configuration "
        "beside them does; give --activation=quick_gelu (OpenAI's weights, "
        "open_clip's *-quickgelu) or --activation=gelu (LAION, DataComp)");
  }
  const auto known = ParseActivation(ValueText(said->value));
  if (!known.ok()) {
    return absl::DataLossError(absl::StrCat(said->by, ": the activation is \"",
                                            ValueText(said->value),
                                            "\", expected quick_gelu or gelu"));
  }
  *activation = *known;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> DecideHeads(Decider* decide, const std::string& tower,
                                    const std::string& flag, int64_t width,
                                    int64_t widest) {
  const std::string name = tower + ".heads";
  ASSIGN_OR_RETURN(const auto said, decide->Said(name, flag));
  if (said.has_value()) {
    const int64_t heads = said->value.get<int64_t>();
    if (heads >= 1 && width % heads == 0) return heads;
    return absl::InvalidArgumentError(
        absl::StrCat(heads, " heads (", said->by, ") do not divide the width ",
                     width, "; give the right number by ", flag));
  }
  if (width % kHeadWidth != 0 || width > widest) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the weights (width ", width,
        ") do not tell the number of attention heads and no configuration "
        "beside them does; give it by ",
        flag));
  }
  decide->Note(name, width / kHeadWidth, "width / 64, as in OpenAI's models");
  return width / kHeadWidth;
}

absl::Status DecideEps(Decider* decide, const std::string& name, double* eps) {
  ASSIGN_OR_RETURN(const auto said, decide->Said(name, ""));
  if (said.has_value()) {
    *eps = said->value.get<double>();
  } else {
    decide->Note(name, *eps, "CLIP's, as nobody says");
  }
  return absl::OkStatus();
}

absl::Status DecideTriple(Decider* decide, const std::string& name,
                          std::array<float, 3>* values) {
  ASSIGN_OR_RETURN(const auto said, decide->Said(name, ""));
  if (said.has_value()) {
    *values = said->value.get<std::array<float, 3>>();
  } else {
    decide->Note(name, *values, "CLIP's, as nobody says");
  }
  return absl::OkStatus();
}

absl::StatusOr<TransformerShape> DecideTower(const NamedTensors& tensors,
                                             const std::string& tower,
                                             const std::string& prefix,
                                             int64_t width, Decider* decide) {
  TransformerShape shape;
  shape.width = width;
  shape.layers = CountLayers(tensors, prefix);
  RETURN_IF_ERROR(CheckNoGap(tensors, prefix, shape.layers));
  ASSIGN_OR_RETURN(
      const auto fc,
      Shape(tensors,
            absl::StrCat(prefix, "transformer.resblocks.0.mlp.c_fc.weight"),
            2));
  shape.mlp_width = fc[0];
  RETURN_IF_ERROR(decide->Size(tower + ".width", shape.width));
  RETURN_IF_ERROR(decide->Size(tower + ".layers", shape.layers));
  RETURN_IF_ERROR(decide->Size(tower + ".mlp_width", shape.mlp_width));
  return shape;
}

absl::Status DecideVision(const NamedTensors& tensors, Decider* decide,
                          ModelConfig* config) {
  ASSIGN_OR_RETURN(const auto conv, Shape(tensors, "visual.conv1.weight", 4));
  ASSIGN_OR_RETURN(const auto positions,
                   Shape(tensors, "visual.positional_embedding", 2));
  const int64_t patches = positions[0] - 1;
  const int64_t grid = std::llround(std::sqrt(std::max<int64_t>(patches, 0)));
  if (grid < 1 || grid * grid != patches) {
    return absl::DataLossError(
        absl::StrCat("\"visual.positional_embedding\" has ", positions[0],
                     " rows, expected one and a square number of patches"));
  }
  config->patch_size = conv[3];
  config->image_size = grid * config->patch_size;
  ASSIGN_OR_RETURN(const auto proj, Shape(tensors, "visual.proj", 2));
  config->embed_dim = proj[1];
  RETURN_IF_ERROR(decide->Size("embed_dim", config->embed_dim));
  RETURN_IF_ERROR(decide->Size("image_size", config->image_size));
  RETURN_IF_ERROR(decide->Size("patch_size", config->patch_size));
  decide->Note("pooling", "class token", "the only one supported");
  ASSIGN_OR_RETURN(config->vision,
                   DecideTower(tensors, "vision", "visual.", conv[0], decide));
  ASSIGN_OR_RETURN(config->vision.heads,
                   DecideHeads(decide, "vision", "--heads",
                               config->vision.width, kWidestWithoutDoubt));
  return DecideEps(decide, "layer_norm_eps", &config->layer_norm_eps);
}

absl::Status DecideText(const NamedTensors& tensors, Decider* decide,
                        ModelConfig* config) {
  ASSIGN_OR_RETURN(const auto words,
                   Shape(tensors, "token_embedding.weight", 2));
  ASSIGN_OR_RETURN(const auto positions,
                   Shape(tensors, "positional_embedding", 2));
  config->vocab_size = words[0];
  config->context_length = positions[0];
  decide->SizeThatCounts("vocab_size", config->vocab_size);
  RETURN_IF_ERROR(decide->Size("context_length", config->context_length));
  ASSIGN_OR_RETURN(config->text,
                   DecideTower(tensors, "text", "", words[1], decide));
  // Published text towers have 64 per head at every width.
  ASSIGN_OR_RETURN(config->text.heads,
                   DecideHeads(decide, "text", "--text_heads",
                               config->text.width, config->text.width));
  return DecideEps(decide, "text_layer_norm_eps", &config->text_layer_norm_eps);
}

absl::Status DecideHead(const NamedTensors& tensors, const ModelClaims& claims,
                        Decider* decide, ModelConfig* config) {
  ASSIGN_OR_RETURN(const auto head, Shape(tensors, "classifier.weight", 2));
  config->num_classes = head[0];
  RETURN_IF_ERROR(decide->Size("num_classes", config->num_classes));
  for (const Claim& claim : claims.Of("class_names")) {
    if (!claim.value.is_array()) {
      return absl::DataLossError(
          absl::StrCat(claim.by,
                       ": the class names are no JSON list; expected a list of "
                       "texts, or no such file beside the weights"));
    }
    if (claim.value.empty()) continue;
    if (static_cast<int64_t>(claim.value.size()) != config->num_classes) {
      return absl::DataLossError(absl::StrCat(
          claim.by, " names ", claim.value.size(), " classes, the head has ",
          config->num_classes, " rows; expected as many"));
    }
    for (const Json& name : claim.value) {
      if (!name.is_string()) {
        return absl::DataLossError(
            absl::StrCat(claim.by, ": class_names are no texts"));
      }
      config->class_names.push_back(name.get<std::string>());
    }
    decide->Note("class_names", config->class_names.size(), claim.by);
    break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status DecideModelSettings(const NamedTensors& tensors,
                                 const ModelClaims& claims,
                                 ModelSettings* result) {
  ModelConfig& config = result->config;
  Decider decide(claims, result);
  RETURN_IF_ERROR(DecideVision(tensors, &decide, &config));
  RETURN_IF_ERROR(DecideTriple(&decide, "image_mean", &config.image_mean));
  RETURN_IF_ERROR(DecideTriple(&decide, "image_std", &config.image_std));
  config.text_layer_norm_eps = config.layer_norm_eps;
  if (CountLayers(tensors, "") > 0) {
    RETURN_IF_ERROR(DecideText(tensors, &decide, &config));
  }
  if (tensors.count("classifier.weight") > 0) {
    RETURN_IF_ERROR(DecideHead(tensors, claims, &decide, &config));
  }
  // Last: the one that is most often missing.
  RETURN_IF_ERROR(DecideActivation(&decide, &config.activation));
  if (absl::Status valid = ValidateModelConfig(config); !valid.ok()) {
    return absl::DataLossError(valid.message());
  }
  return absl::OkStatus();
}

std::string SettingsText(const std::vector<Setting>& settings) {
  size_t name = 0, value = 0;
  for (const Setting& setting : settings) {
    name = std::max(name, setting.name.size());
    value = std::max(value, setting.value.size());
  }
  std::string text;
  for (const Setting& setting : settings) {
    absl::StrAppendFormat(&text, "  %-*s  %-*s  %s\n", name, setting.name,
                          value, setting.value, setting.by);
  }
  return text;
}

}  // namespace maskfill
