#include "spurious_shapes/pretrain/clip_initialisation.h"

#include <cmath>
#include <string>

#include "ATen/ops/full.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "core/base/counter_rng.h"
#include "core/model/tensor_names.h"

namespace maskfill {
namespace {

// Tokens of a prompt, start and end included: captions have up to 13.
constexpr int64_t kContextLength = 24;

// Of tokens; CLIP's is 0.02. Layer norms divide gradients by it, and then those
// of the text tower drown the image tower's under a common norm.
constexpr double kEmbeddingDeviation = 0.5;

// Standard deviation of a weight matrix or embedding; 0: see Constant().
double Deviation(const std::string& name, const ModelConfig& config) {
  const TransformerShape& shape =
      IsOfImageTower(name) ? config.vision : config.text;
  const auto width = static_cast<double>(shape.width);
  const double attention = 1 / std::sqrt(width);
  const double depth = 1 / std::sqrt(2.0 * static_cast<double>(shape.layers));
  if (absl::EndsWith(name, "attn.in_proj_weight")) return attention;
  if (absl::EndsWith(name, "attn.out_proj.weight")) return attention * depth;
  if (absl::EndsWith(name, "mlp.c_proj.weight")) return attention * depth;
  if (absl::EndsWith(name, "mlp.c_fc.weight")) {
    return 1 / std::sqrt(2 * width);
  }
  if (name == "token_embedding.weight") return kEmbeddingDeviation;
  if (name == "positional_embedding") return 0.1 * kEmbeddingDeviation;
  if (name == "text_projection") return attention;
  if (name == "visual.conv1.weight") {
    return 1 / std::sqrt(3.0 * static_cast<double>(config.patch_size) *
                         static_cast<double>(config.patch_size));
  }
  if (name == "visual.class_embedding" ||
      name == "visual.positional_embedding" || name == "visual.proj") {
    return attention;
  }
  return 0;
}

double Constant(const std::string& name) {
  if (name == kLogitScale) return std::log(1 / 0.07);
  return absl::StrContains(name, "ln_") && absl::EndsWith(name, "weight") ? 1
                                                                          : 0;
}

}  // namespace

ModelConfig SmallClipConfig(int64_t vocab_size) {
  ModelConfig config;
  config.activation = Activation::kQuickGelu;
  config.embed_dim = 64;
  config.vision = {.width = 96, .heads = 3, .layers = 4, .mlp_width = 384};
  config.image_size = 56;
  config.patch_size = 8;
  config.text = {.width = 32, .heads = 2, .layers = 3, .mlp_width = 128};
  config.context_length = kContextLength;
  config.vocab_size = vocab_size;
  return config;
}

NamedTensors InitialClipWeights(const ModelConfig& config, uint64_t seed) {
  NamedTensors tensors;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    at::Tensor tensor = at::full(shape, Constant(name), at::kFloat);
    const double deviation = Deviation(name, config);
    if (deviation > 0) {
      CounterRng rng(seed, "pretrain_clip/weights", 0, name);
      float* values = tensor.data_ptr<float>();
      for (int64_t i = 0; i < tensor.numel(); ++i) {
        values[i] = static_cast<float>(deviation * rng.Normal());
      }
    }
    tensors.emplace(name, tensor);
  }
  return tensors;
}

}  // namespace maskfill
