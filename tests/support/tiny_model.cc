#include "tests/support/tiny_model.h"

#include <string>

#include "ATen/ops/empty.h"
#include "absl/strings/match.h"
#include "core/base/counter_rng.h"

namespace maskfill {

ModelConfig TinyModelConfig(int64_t num_classes) {
  ModelConfig config;
  config.embed_dim = 8;
  config.vision = {.width = 16, .heads = 2, .layers = 2, .mlp_width = 64};
  config.image_size = 16;
  config.patch_size = 8;
  config.num_classes = num_classes;
  return config;
}

NamedTensors TinyModelTensors(const ModelConfig& config, uint64_t seed) {
  NamedTensors tensors;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    CounterRng rng(seed, "tiny model", 0, name);
    at::Tensor tensor = at::empty(shape, at::kFloat);
    // Around 1 for the scale of layer norms, around 0 else.
    const bool is_scale =
        absl::StrContains(name, "ln_") && absl::EndsWith(name, "weight");
    float* values = tensor.data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      values[i] =
          (is_scale ? 1.0f : 0.0f) + 0.2f * static_cast<float>(rng.Normal());
    }
    tensors[name] = tensor;
  }
  return tensors;
}

}  // namespace maskfill
