#include "tests/support/random_weights.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "ATen/CPUGeneratorImpl.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/full.h"
#include "ATen/ops/ones.h"
#include "absl/strings/match.h"

namespace maskfill {
namespace {

// Biases are 0 in CLIP: then a forgotten bias would go unseen.
constexpr double kBiasDeviation = 0.01;

// The standard deviation of a tensor of the tower it belongs to.
double Deviation(const std::string& name, const TransformerShape& tower) {
  const double width = static_cast<double>(tower.width);
  const double residual = 1.0 / std::sqrt(width * 2.0 * tower.layers);
  if (absl::EndsWith(name, "bias")) return kBiasDeviation;
  if (absl::EndsWith(name, "out_proj.weight")) return residual;
  if (absl::EndsWith(name, "c_proj.weight")) return residual;
  if (absl::EndsWith(name, "c_fc.weight")) return 1.0 / std::sqrt(2 * width);
  if (name == "token_embedding.weight") return 0.02;
  if (name == "positional_embedding") return 0.01;
  return 1.0 / std::sqrt(width);
}

}  // namespace

NamedTensors RandomWeights(const ModelConfig& config, uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  NamedTensors tensors;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    if (name == "logit_scale") {
      tensors[name] = at::full({}, std::log(1 / 0.07), at::kFloat);
      continue;
    }
    if (absl::StrContains(name, "ln_") && absl::EndsWith(name, "weight")) {
      tensors[name] = at::ones(shape);
      continue;
    }
    const bool is_text = !absl::StartsWith(name, "visual.") &&
                         !absl::StartsWith(name, "classifier.");
    double deviation = Deviation(name, is_text ? config.text : config.vision);
    // A head for normalised features at CLIP's usual temperature of 100.
    if (name == "classifier.weight") {
      deviation = 100.0 / std::sqrt(config.embed_dim);
    }
    tensors[name] = at::empty(shape).normal_(0.0, deviation, generator);
  }
  return tensors;
}

}  // namespace maskfill
