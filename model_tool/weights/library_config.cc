#include "model_tool/weights/library_config.h"

#include <array>
#include <cstdint>

#include "core/base/number_text.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::json;

// What both libraries take when nothing is said.
constexpr double kUsualEps = 1e-5;

std::string ToText(const Json& json) { return json.dump(2) + "\n"; }

// With the digits of a float32, not those of the double next to it.
Json Numbers(const std::array<float, 3>& values) {
  Json numbers = Json::array();
  for (const float value : values) {
    numbers.push_back(Json::parse(NumberText(value)));
  }
  return numbers;
}

// open_clip makes an MLP of int(width * mlp_ratio): a ratio that rounding
// would take one below gets half an element more.
double MlpRatio(const TransformerShape& shape) {
  const double width = static_cast<double>(shape.width);
  const double ratio = static_cast<double>(shape.mlp_width) / width;
  return static_cast<int64_t>(width * ratio) == shape.mlp_width
             ? ratio
             : (static_cast<double>(shape.mlp_width) + 0.5) / width;
}

Json OpenClipTower(const TransformerShape& shape, double eps) {
  Json tower = {{"layers", shape.layers},
                {"width", shape.width},
                {"mlp_ratio", MlpRatio(shape)}};
  if (eps != kUsualEps) tower["norm_kwargs"] = {{"eps", eps}};
  return tower;
}

Json HuggingFaceTower(const ModelConfig& config, const TransformerShape& shape,
                      double eps) {
  return {{"hidden_act", ToString(config.activation)},
          {"hidden_size", shape.width},
          {"intermediate_size", shape.mlp_width},
          {"layer_norm_eps", eps},
          {"num_attention_heads", shape.heads},
          {"num_hidden_layers", shape.layers},
          {"projection_dim", config.embed_dim}};
}

Json HuggingFaceVision(const ModelConfig& config) {
  Json vision = HuggingFaceTower(config, config.vision, config.layer_norm_eps);
  vision["model_type"] = "clip_vision_model";
  vision["image_size"] = config.image_size;
  vision["patch_size"] = config.patch_size;
  return vision;
}

Json HuggingFaceText(const ModelConfig& config) {
  Json text = HuggingFaceTower(config, config.text, config.text_layer_norm_eps);
  text["model_type"] = "clip_text_model";
  text["max_position_embeddings"] = config.context_length;
  text["vocab_size"] = config.vocab_size;
  text["bos_token_id"] = config.vocab_size - 2;
  text["eos_token_id"] = config.vocab_size - 1;
  return text;
}

}  // namespace

std::string OpenClipConfig(const ModelConfig& config) {
  Json vision = OpenClipTower(config.vision, config.layer_norm_eps);
  vision["head_width"] = config.vision.width / config.vision.heads;
  vision["image_size"] = config.image_size;
  vision["patch_size"] = config.patch_size;
  Json text = OpenClipTower(config.text, config.text_layer_norm_eps);
  text["heads"] = config.text.heads;
  text["context_length"] = config.context_length;
  text["vocab_size"] = config.vocab_size;
  return ToText({{"model_cfg",
                  {{"embed_dim", config.embed_dim},
                   {"quick_gelu", config.activation == Activation::kQuickGelu},
                   {"vision_cfg", vision},
                   {"text_cfg", text}}},
                 {"preprocess_cfg",
                  {{"size", config.image_size},
                   {"mode", "RGB"},
                   {"mean", Numbers(config.image_mean)},
                   {"std", Numbers(config.image_std)},
                   {"interpolation", "bicubic"},
                   {"resize_mode", "shortest"}}}});
}

std::string HuggingFaceConfig(const ModelConfig& config) {
  Json json;
  if (config.has_text()) {
    json = {{"model_type", "clip"},
            {"projection_dim", config.embed_dim},
            {"vision_config", HuggingFaceVision(config)},
            {"text_config", HuggingFaceText(config)}};
    json["architectures"] = Json::array({"CLIPModel"});
  } else {
    json = HuggingFaceVision(config);
    json["architectures"] = Json::array({"CLIPVisionModelWithProjection"});
  }
  return ToText(json);
}

std::string HuggingFacePreprocessorConfig(const ModelConfig& config) {
  constexpr int kBicubic = 3;  // PIL.Image.BICUBIC
  return ToText(
      {{"image_processor_type", "CLIPImageProcessor"},
       {"do_convert_rgb", true},
       {"do_resize", true},
       {"size", {{"shortest_edge", config.image_size}}},
       {"resample", kBicubic},
       {"do_center_crop", true},
       {"crop_size",
        {{"height", config.image_size}, {"width", config.image_size}}},
       {"do_rescale", true},
       {"rescale_factor", 1.0 / 255},
       {"do_normalize", true},
       {"image_mean", Numbers(config.image_mean)},
       {"image_std", Numbers(config.image_std)}});
}

}  // namespace maskfill
