#include "model_tool/model_stock.h"

#include <algorithm>
#include <cmath>

#include "ATen/core/Tensor.h"
#include "ATen/ops/zeros_like.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

double SquaredNorm(const at::Tensor& tensor) {
  return tensor.square().sum().item<double>();
}

}  // namespace

ModelStock::ModelStock(const NamedTensors& anchor) {
  for (const auto& [name, tensor] : anchor) {
    Layer& layer = layers_[name];
    layer.anchor = tensor;
    layer.moves = at::zeros_like(tensor, at::kDouble);
    layer.directions = at::zeros_like(tensor, at::kDouble);
  }
}

void ModelStock::Add(const NamedTensors& fine_tuned) {
  CHECK_EQ(fine_tuned.size(), layers_.size());
  ++models_;
  for (auto& [name, layer] : layers_) {
    const at::Tensor& tensor = fine_tuned.at(name);
    CHECK(tensor.sizes() == layer.anchor.sizes()) << name;
    const at::Tensor move = tensor.to(at::kDouble).sub(layer.anchor);
    const double squared_norm = SquaredNorm(move);
    if (squared_norm == 0) continue;
    ++layer.moved;
    layer.moves.add_(move);
    layer.directions.add_(move, 1 / std::sqrt(squared_norm));
  }
}

ModelStock::Result ModelStock::Merge() const {
  CHECK_GE(models_, 2);
  const double n = static_cast<double>(models_);
  Result result;
  for (const auto& [name, layer] : layers_) {
    if (layer.moved == 0) {
      result.tensors[name] = layer.anchor;
      continue;
    }
    const double cosine =
        (SquaredNorm(layer.directions) - static_cast<double>(layer.moved)) /
        (n * (n - 1));
    const double ratio =
        cosine > 0 ? std::min(1.0, n * cosine / (1 + (n - 1) * cosine)) : 0.0;
    result.ratios[name] = ratio;
    result.tensors[name] =
        layer.moves.mul(ratio / n).add_(layer.anchor).to(at::kFloat);
  }
  return result;
}

}  // namespace maskfill
