#include "model_tool/weights/clip_shape.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

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

absl::StatusOr<int64_t> Heads(std::optional<int64_t> named, int64_t width,
                              int64_t widest, const char* flag) {
  if (named.has_value()) {
    if (*named >= 1 && width % *named == 0) return *named;
    return absl::InvalidArgumentError(
        absl::StrCat(*named, " heads do not divide the width ", width,
                     "; give the right number by --", flag));
  }
  if (width % kHeadWidth != 0 || width > widest) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the weights (width ", width,
        ") do not tell the number of attention heads and no configuration "
        "beside them does; give it by --",
        flag));
  }
  return width / kHeadWidth;
}

absl::StatusOr<TransformerShape> Tower(const NamedTensors& tensors,
                                       const std::string& prefix,
                                       int64_t width) {
  TransformerShape shape;
  shape.width = width;
  shape.layers = CountLayers(tensors, prefix);
  ASSIGN_OR_RETURN(
      const auto fc,
      Shape(tensors,
            absl::StrCat(prefix, "transformer.resblocks.0.mlp.c_fc.weight"),
            2));
  shape.mlp_width = fc[0];
  return shape;
}

}  // namespace

absl::StatusOr<ModelConfig> InferModelConfig(const NamedTensors& tensors,
                                             const ModelHints& hints) {
  ModelConfig config;
  ASSIGN_OR_RETURN(const auto conv, Shape(tensors, "visual.conv1.weight", 4));
  ASSIGN_OR_RETURN(config.vision, Tower(tensors, "visual.", conv[0]));
  config.patch_size = conv[3];
  ASSIGN_OR_RETURN(const auto positions,
                   Shape(tensors, "visual.positional_embedding", 2));
  const int64_t patches = positions[0] - 1;
  const int64_t grid = std::llround(std::sqrt(std::max<int64_t>(patches, 0)));
  if (grid < 1 || grid * grid != patches) {
    return absl::DataLossError(
        absl::StrCat("\"visual.positional_embedding\" has ", positions[0],
                     " rows, expected one and a square number of patches"));
  }
  config.image_size = grid * config.patch_size;
  ASSIGN_OR_RETURN(const auto proj, Shape(tensors, "visual.proj", 2));
  config.embed_dim = proj[1];

  if (hints.width.has_value() && *hints.width != config.vision.width) {
    return absl::DataLossError(absl::StrCat(
        hints.said_by, " is of another model: its image tower has width ",
        *hints.width, ", the weights have ", config.vision.width));
  }
  if (!hints.activation.has_value()) {
    return absl::InvalidArgumentError(
        "the weights do not tell the MLP's activation and no configuration "
        "beside them does; give --activation=quick_gelu (OpenAI's weights, "
        "open_clip's *-quickgelu) or --activation=gelu (LAION, DataComp)");
  }
  config.activation = *hints.activation;
  ASSIGN_OR_RETURN(config.vision.heads, Heads(hints.heads, config.vision.width,
                                              kWidestWithoutDoubt, "heads"));
  config.layer_norm_eps = hints.layer_norm_eps.value_or(config.layer_norm_eps);
  config.image_mean = hints.image_mean.value_or(config.image_mean);
  config.image_std = hints.image_std.value_or(config.image_std);

  if (CountLayers(tensors, "") > 0) {
    ASSIGN_OR_RETURN(const auto words,
                     Shape(tensors, "token_embedding.weight", 2));
    ASSIGN_OR_RETURN(config.text, Tower(tensors, "", words[1]));
    config.vocab_size = words[0];
    ASSIGN_OR_RETURN(const auto text_positions,
                     Shape(tensors, "positional_embedding", 2));
    config.context_length = text_positions[0];
    // Published text towers have 64 per head at every width.
    ASSIGN_OR_RETURN(config.text.heads,
                     Heads(hints.text_heads, config.text.width,
                           config.text.width, "text_heads"));
  }
  if (tensors.count("classifier.weight") > 0) {
    ASSIGN_OR_RETURN(const auto head, Shape(tensors, "classifier.weight", 2));
    config.num_classes = head[0];
  }
  if (absl::Status valid = ValidateModelConfig(config); !valid.ok()) {
    return absl::DataLossError(valid.message());
  }
  return config;
}

}  // namespace maskfill
