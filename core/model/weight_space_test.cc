#include "core/model/weight_space.h"

#include <cmath>
#include <limits>
#include <vector>

#include "ATen/ops/tensor.h"
#include "core/model/named_tensors.h"
#include "gtest/gtest.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

NamedTensors Model(const std::vector<float>& weight, float scale = 0) {
  return {{"weight", at::tensor(weight)}, {"logit_scale", at::tensor(scale)}};
}

void ExpectWeight(const NamedTensors& model, const std::vector<float>& weight) {
  EXPECT_EQ(model.at("weight").scalar_type(), at::kFloat);
  EXPECT_TRUE(TensorNear(model.at("weight"), at::tensor(weight), 0));
}

// 0.75 * 1 + 0.25 * 3 = 1.5; 0.75 * -4 + 0.25 * 0 = -3; 0.75 * 2 + 0.25 * 4.
TEST(Interpolate, GivesTheSecondTheShareAlpha) {
  const NamedTensors between =
      Interpolate(Model({1, -4}, 2), Model({3, 0}, 4), 0.25);
  ExpectWeight(between, {1.5, -3});
  EXPECT_EQ(between.at("logit_scale").item<float>(), 2.5f);
}

TEST(Interpolate, AtItsEndsIsOneOfTheModelsBitForBit) {
  const NamedTensors a = Model({-0.0f, 1e-45f});
  const NamedTensors b = Model({std::numeric_limits<float>::infinity(), -0.0f});
  const NamedTensors at_0 = Interpolate(a, b, 0), at_1 = Interpolate(a, b, 1);
  EXPECT_TRUE(at_0.at("weight").is_same(a.at("weight")));
  EXPECT_TRUE(at_1.at("weight").is_same(b.at("weight")));
}

// In float32 2^24 + 1 is 2^24, half of it 2^23; it is 2^23 + 0.5, which a
// float32 holds.
TEST(Interpolate, RoundsOnce) {
  ExpectWeight(Interpolate(Model({16777216}), Model({1}), 0.5), {8388608.5f});
}

TEST(Interpolate, LeavesTheModelsAsTheyAre) {
  const NamedTensors a = Model({1}), b = Model({2});
  Interpolate(a, b, 0.5);
  ExpectWeight(a, {1});
  ExpectWeight(b, {2});
}

// (1 * 2 + 3 * 6) / 4 = 5; (1 * -8 + 3 * 0) / 4 = -2.
TEST(WeightMean, WeighsEachModelByItsShare) {
  WeightMean mean;
  mean.Add(Model({2, -8}), 1);
  mean.Add(Model({6, 0}), 3);
  ExpectWeight(mean.Mean(), {5, -2});
}

TEST(WeightMean, OfOneModelIsThatModel) {
  WeightMean mean;
  mean.Add(Model({-0.0f, 1e-45f, 0.1f}), 0.3);
  const at::Tensor weight = mean.Mean().at("weight");
  EXPECT_EQ(weight[1].item<float>(), 1e-45f);
  EXPECT_EQ(weight[2].item<float>(), 0.1f);
  EXPECT_TRUE(std::signbit(weight[0].item<float>()));
}

TEST(WeightMean, LeavesTheModelsAsTheyAre) {
  const NamedTensors a = Model({1}), b = Model({2});
  WeightMean mean;
  mean.Add(a);
  mean.Add(b);
  mean.Mean();
  ExpectWeight(a, {1});
  ExpectWeight(b, {2});
}

// (1 + 2 + 6) / 3 = 3 with it, (1 + 2) / 2 without.
TEST(WeightMean, TriesAModelWithoutKeepingIt) {
  WeightMean mean;
  mean.Add(Model({1}));
  mean.Add(Model({2}));
  ExpectWeight(mean.MeanWith(Model({6})), {3});
  ExpectWeight(mean.Mean(), {1.5});
}

}  // namespace
}  // namespace maskfill
