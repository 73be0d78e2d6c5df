#include "model_tool/model_stock.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/ops/tensor.h"
#include "core/model/named_tensors.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

constexpr char kLayer[] = "layer";

ModelStock::Result Merge(const std::vector<float>& anchor,
                         const std::vector<std::vector<float>>& fine_tuned) {
  ModelStock stock({{kLayer, at::tensor(anchor)}});
  for (const std::vector<float>& model : fine_tuned) {
    stock.Add({{kLayer, at::tensor(model)}});
  }
  return stock.Merge();
}

void ExpectLayer(const ModelStock::Result& result,
                 const std::vector<float>& expected) {
  EXPECT_TRUE(
      TensorNear(result.tensors.at(kLayer), at::tensor(expected), 1e-6));
}

// Of (2, 0) and (2, 2) cos = 1 / sqrt(2), so t = 2 cos / (1 + cos) =
// 2 / (sqrt(2) + 1) = 2 sqrt(2) - 2 = 0.828427; their mean is (2, 1). The
// anchor moves all of it.
TEST(ModelStock, GoesAsFarAsTheAngleOfTwoModelsSays) {
  const ModelStock::Result result = Merge({1, -1}, {{3, -1}, {3, 1}});
  EXPECT_NEAR(result.ratios.at(kLayer), 0.828427, 1e-6);
  ExpectLayer(result, {1 + 1.656854f, -1 + 0.828427f});
}

// Cosines 0, 1 / sqrt(2) and 1 / sqrt(2): their mean is sqrt(2) / 3, so t =
// sqrt(2) / (1 + 2 sqrt(2) / 3) = 0.727922; the mean of the models is
// (2/3, 2/3).
TEST(ModelStock, TakesTheMeanCosineOfAllPairs) {
  const ModelStock::Result result = Merge({0, 0}, {{1, 0}, {0, 1}, {1, 1}});
  EXPECT_NEAR(result.ratios.at(kLayer), 0.727922, 1e-6);
  ExpectLayer(result, {0.485281f, 0.485281f});
}

TEST(ModelStock, OfModelsInOneDirectionIsTheirMean) {
  const ModelStock::Result result = Merge({0, 0}, {{1, 2}, {3, 6}});
  EXPECT_NEAR(result.ratios.at(kLayer), 1, 1e-12);
  ExpectLayer(result, {2, 4});
}

TEST(ModelStock, StaysAtTheAnchorWhereModelsDoNotAgree) {
  ExpectLayer(Merge({5, 5}, {{6, 5}, {5, 6}}), {5, 5});
  // Opposite and obtuse.
  ExpectLayer(Merge({5}, {{6}, {4}}), {5});
  ExpectLayer(Merge({5, 5}, {{6, 5}, {4, 6}}), {5, 5});
}

// Cosines 1, 0 and 0: their mean is 1/3, t = 1 / (1 + 2/3) = 0.6; the mean of
// the models is 2/3.
TEST(ModelStock, AModelThatDidNotMoveAgreesWithNone) {
  const ModelStock::Result result = Merge({0}, {{1}, {1}, {0}});
  EXPECT_NEAR(result.ratios.at(kLayer), 0.6, 1e-12);
  ExpectLayer(result, {0.4f});
}

TEST(ModelStock, KeepsBitsThatNoModelMoved) {
  const ModelStock::Result result = Merge({-0.0f}, {{-0.0f}, {-0.0f}});
  EXPECT_TRUE(std::signbit(result.tensors.at(kLayer)[0].item<float>()));
  EXPECT_TRUE(result.ratios.empty());
}

// The formula as it stands in the paper, pair by pair.
at::Tensor ByPairs(const at::Tensor& anchor,
                   const std::vector<at::Tensor>& models) {
  const double n = static_cast<double>(models.size());
  double cosines = 0;
  at::Tensor mean = models[0].to(at::kDouble).div(n);
  for (size_t i = 1; i < models.size(); ++i) {
    mean = mean.add(models[i].to(at::kDouble).div(n));
    const at::Tensor a = models[i].to(at::kDouble).sub(anchor).flatten();
    for (size_t j = 0; j < i; ++j) {
      const at::Tensor b = models[j].to(at::kDouble).sub(anchor).flatten();
      cosines += a.dot(b).div(a.norm().mul(b.norm())).item<double>();
    }
  }
  const double cosine = cosines / (n * (n - 1) / 2);
  const double t = n * cosine / (1 + (n - 1) * cosine);
  return mean.mul(t).add(anchor.to(at::kDouble).mul(1 - t));
}

TEST(ModelStock, EqualsTheFormulaOverPairsInEveryTensor) {
  ModelConfig config;
  config.embed_dim = 4;
  config.vision = {.width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
  config.image_size = 4;
  config.patch_size = 2;
  const NamedTensors anchor = RandomWeights(config, 0);
  const NamedTensors common = RandomWeights(config, 1);
  // Models that share half of their way from the anchor.
  std::vector<NamedTensors> models(4, anchor);
  ModelStock stock(anchor);
  for (uint64_t i = 0; i < models.size(); ++i) {
    const NamedTensors own = RandomWeights(config, 2 + i);
    for (auto& [name, tensor] : models[i]) {
      tensor = tensor.add(common.at(name)).add(own.at(name));
    }
    stock.Add(models[i]);
  }
  const ModelStock::Result result = stock.Merge();
  ASSERT_EQ(result.tensors.size(), anchor.size());
  for (const auto& [name, tensor] : anchor) {
    std::vector<at::Tensor> layers;
    for (const NamedTensors& model : models) layers.push_back(model.at(name));
    // Float32's rounding of the result alone.
    EXPECT_TRUE(TensorNear(result.tensors.at(name), ByPairs(tensor, layers),
                           1e-7, 1e-6))
        << name;
  }
}

}  // namespace
}  // namespace maskfill
