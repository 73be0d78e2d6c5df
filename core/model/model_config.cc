#include "core/model/model_config.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// Far above any real model; keeps products of sizes within int64.
constexpr int64_t kLargestSize = 1 << 24;

absl::Status CheckSize(absl::string_view field, int64_t value) {
  if (value >= 1 && value <= kLargestSize) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model configuration: ", field, " is ", value,
                   ", expected 1 to ", kLargestSize));
}

absl::Status CheckShape(absl::string_view tower,
                        const TransformerShape& shape) {
  RETURN_IF_ERROR(CheckSize(absl::StrCat(tower, ".width"), shape.width));
  RETURN_IF_ERROR(CheckSize(absl::StrCat(tower, ".heads"), shape.heads));
  RETURN_IF_ERROR(CheckSize(absl::StrCat(tower, ".layers"), shape.layers));
  RETURN_IF_ERROR(
      CheckSize(absl::StrCat(tower, ".mlp_width"), shape.mlp_width));
  if (shape.width % shape.heads != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("model configuration: ", tower, ".width ", shape.width,
                     " is not a multiple of ", tower, ".heads ", shape.heads));
  }
  return absl::OkStatus();
}

TransformerShape FromProto(const v1::TransformerShape& proto) {
  return {.width = proto.width(),
          .heads = proto.heads(),
          .layers = proto.layers(),
          .mlp_width = proto.mlp_width()};
}

v1::TransformerShape ToProto(const TransformerShape& shape) {
  v1::TransformerShape proto;
  proto.set_width(shape.width);
  proto.set_heads(shape.heads);
  proto.set_layers(shape.layers);
  proto.set_mlp_width(shape.mlp_width);
  return proto;
}

using Shapes = std::map<std::string, std::vector<int64_t>>;

void AddBlocks(const std::string& prefix, const TransformerShape& shape,
               Shapes* shapes) {
  const int64_t d = shape.width;
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    const std::string block =
        absl::StrCat(prefix, "transformer.resblocks.", layer, ".");
    const Shapes tensors = {
        {"ln_1.weight", {d}},
        {"ln_1.bias", {d}},
        {"attn.in_proj_weight", {3 * d, d}},
        {"attn.in_proj_bias", {3 * d}},
        {"attn.out_proj.weight", {d, d}},
        {"attn.out_proj.bias", {d}},
        {"ln_2.weight", {d}},
        {"ln_2.bias", {d}},
        {"mlp.c_fc.weight", {shape.mlp_width, d}},
        {"mlp.c_fc.bias", {shape.mlp_width}},
        {"mlp.c_proj.weight", {d, shape.mlp_width}},
        {"mlp.c_proj.bias", {d}},
    };
    for (const auto& [name, size] : tensors) (*shapes)[block + name] = size;
  }
}

// In the order of Activation.
constexpr const char* kActivations[] = {"quick_gelu", "gelu"};

}  // namespace

absl::StatusOr<Activation> ParseActivation(absl::string_view text) {
  return ParseName<Activation>(kActivations, text,
                               "activation \"$0\" is unknown; expected $1");
}

std::string ToString(Activation activation) {
  return kActivations[static_cast<size_t>(activation)];
}

absl::Status ValidateModelConfig(const ModelConfig& config) {
  RETURN_IF_ERROR(CheckShape("vision", config.vision));
  RETURN_IF_ERROR(CheckSize("embed_dim", config.embed_dim));
  RETURN_IF_ERROR(CheckSize("image_size", config.image_size));
  RETURN_IF_ERROR(CheckSize("patch_size", config.patch_size));
  if (config.image_size % config.patch_size != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("model configuration: image_size ", config.image_size,
                     " is not a multiple of patch_size ", config.patch_size));
  }
  for (const double eps : {config.layer_norm_eps, config.text_layer_norm_eps}) {
    if (!(eps > 0 && eps < 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("model configuration: layer_norm_eps is ", eps,
                       ", expected a value in (0, 1)"));
    }
  }
  for (int c = 0; c < 3; ++c) {
    // Written so that NaN is refused as well.
    if (!(config.image_mean[c] >= 0 && config.image_mean[c] <= 1) ||
        !(config.image_std[c] > 0 && config.image_std[c] <= 1)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "model configuration: image_mean and image_std of channel ", c,
          " are ", config.image_mean[c], " and ", config.image_std[c],
          ", expected a mean of 0 to 1 and a positive deviation of at most "
          "1, of pixels in [0, 1]"));
    }
  }
  if (config.has_text()) {
    RETURN_IF_ERROR(CheckShape("text", config.text));
    RETURN_IF_ERROR(CheckSize("context_length", config.context_length));
    RETURN_IF_ERROR(CheckSize("vocab_size", config.vocab_size));
  }
  if (config.num_classes < 0 || config.num_classes > kLargestSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("model configuration: num_classes is ", config.num_classes,
                     ", expected 0 to ", kLargestSize));
  }
  if (!config.class_names.empty() &&
      static_cast<int64_t>(config.class_names.size()) != config.num_classes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model configuration: ", config.class_names.size(),
        " class_names, expected none or num_classes = ", config.num_classes));
  }
  return absl::OkStatus();
}

absl::StatusOr<ModelConfig> ParseModelConfig(const v1::ModelConfig& proto) {
  if (proto.schema_version() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model configuration: schema_version is ", proto.schema_version(),
        ", this version of maskfill reads 1"));
  }
  ModelConfig config;
  ASSIGN_OR_RETURN(config.activation, ParseActivation(proto.activation()));
  config.layer_norm_eps = proto.layer_norm_eps();
  config.text_layer_norm_eps = proto.text_layer_norm_eps() == 0
                                   ? config.layer_norm_eps
                                   : proto.text_layer_norm_eps();
  config.embed_dim = proto.embed_dim();
  config.vision = FromProto(proto.vision());
  config.image_size = proto.image_size();
  config.patch_size = proto.patch_size();
  if (proto.image_mean_size() != 3 || proto.image_std_size() != 3) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model configuration: ", proto.image_mean_size(), " image_mean and ",
        proto.image_std_size(), " image_std, expected 3 of each"));
  }
  for (int c = 0; c < 3; ++c) {
    config.image_mean[c] = proto.image_mean(c);
    config.image_std[c] = proto.image_std(c);
  }
  config.text = FromProto(proto.text());
  config.context_length = proto.context_length();
  config.vocab_size = proto.vocab_size();
  config.num_classes = proto.num_classes();
  config.class_names.assign(proto.class_names().begin(),
                            proto.class_names().end());
  RETURN_IF_ERROR(ValidateModelConfig(config));
  return config;
}

v1::ModelConfig ToProto(const ModelConfig& config) {
  v1::ModelConfig proto;
  proto.set_schema_version(1);
  proto.set_activation(ToString(config.activation));
  proto.set_layer_norm_eps(config.layer_norm_eps);
  proto.set_embed_dim(config.embed_dim);
  *proto.mutable_vision() = ToProto(config.vision);
  proto.set_image_size(config.image_size);
  proto.set_patch_size(config.patch_size);
  for (int c = 0; c < 3; ++c) {
    proto.add_image_mean(config.image_mean[c]);
    proto.add_image_std(config.image_std[c]);
  }
  if (config.has_text()) {
    *proto.mutable_text() = ToProto(config.text);
    proto.set_context_length(config.context_length);
    proto.set_vocab_size(config.vocab_size);
    if (config.text_layer_norm_eps != config.layer_norm_eps) {
      proto.set_text_layer_norm_eps(config.text_layer_norm_eps);
    }
  }
  proto.set_num_classes(config.num_classes);
  for (const std::string& name : config.class_names) {
    proto.add_class_names(name);
  }
  return proto;
}

std::map<std::string, std::vector<int64_t>> ExpectedShapes(
    const ModelConfig& config) {
  const int64_t d = config.vision.width;
  Shapes shapes = {
      {"visual.conv1.weight", {d, 3, config.patch_size, config.patch_size}},
      {"visual.class_embedding", {d}},
      {"visual.positional_embedding", {1 + config.num_patches(), d}},
      {"visual.ln_pre.weight", {d}},
      {"visual.ln_pre.bias", {d}},
      {"visual.ln_post.weight", {d}},
      {"visual.ln_post.bias", {d}},
      {"visual.proj", {d, config.embed_dim}},
  };
  AddBlocks("visual.", config.vision, &shapes);
  if (config.has_text()) {
    const int64_t t = config.text.width;
    shapes["token_embedding.weight"] = {config.vocab_size, t};
    shapes["positional_embedding"] = {config.context_length, t};
    shapes["ln_final.weight"] = {t};
    shapes["ln_final.bias"] = {t};
    shapes["text_projection"] = {t, config.embed_dim};
    shapes["logit_scale"] = {};
    AddBlocks("", config.text, &shapes);
  }
  if (config.has_head()) {
    shapes["classifier.weight"] = {config.num_classes, config.embed_dim};
    shapes["classifier.bias"] = {config.num_classes};
  }
  return shapes;
}

}  // namespace maskfill
