#include "core/training/adamw.h"

#include <cmath>
#include <vector>

#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

at::Tensor Floats(const std::vector<float>& values) {
  return at::tensor(at::ArrayRef<float>(values));
}

TEST(AdamW, FirstStepIsDecayPlusTheSignOfTheGradient) {
  // Step 1: m = 0.1 g, v = 0.001 g^2; corrected m = g, v = g^2, so
  // p = 2 * (1 - 0.01 * 0.1) - 0.01 * 0.5 / (0.5 + 1e-8) = 1.988.
  at::Tensor values = Floats({2.0f});
  AdamW adamw(values, Floats({0.5f}), {.weight_decay = 0.1});
  adamw.Step(0.01, 0.9);
  EXPECT_NEAR(values.item<float>(), 1.988f, 1e-6);
  EXPECT_NEAR(adamw.first_moments().item<float>(), 0.05f, 1e-8);
  EXPECT_NEAR(adamw.second_moments().item<float>(), 0.00025f, 1e-9);
}

TEST(AdamW, SecondStepUsesTheBeta1OfItsOwnStep) {
  // Gradient 1 then -2, no decay, lr 0.1, beta1 0.95 then 0.85.
  // m1 = 0.05, v1 = 0.001, corrected 1 and 1: p = 0 - 0.1.
  // m2 = 0.85 * 0.05 - 0.15 * 2 = -0.2575, / (1 - 0.85^2) = -0.9279279;
  // v2 = 0.999 * 0.001 + 0.001 * 4 = 0.004999, / (1 - 0.999^2) = 2.5007504,
  // root 1.5813761: p = -0.1 + 0.1 * 0.9279279 / 1.5813761 = -0.0413215.
  at::Tensor values = Floats({0.0f});
  at::Tensor gradients = Floats({1.0f});
  AdamW adamw(values, gradients, {.weight_decay = 0.0});
  adamw.Step(0.1, 0.95);
  EXPECT_NEAR(values.item<float>(), -0.1f, 1e-7);
  gradients.fill_(-2.0);
  adamw.Step(0.1, 0.85);
  EXPECT_NEAR(values.item<float>(), -0.0413215f, 1e-6);
}

TEST(AdamW, LeavesZerosWithoutGradientAtZero) {
  // The gaps between parameters.
  at::Tensor values = at::zeros({3});
  AdamW adamw(values, at::zeros({3}), {});
  adamw.Step(0.1, 0.9);
  EXPECT_EQ(values.abs().max().item<float>(), 0.0f);
}

TEST(AdamW, ContinuesFromACopiedStateBitForBit) {
  const at::Tensor gradient = Floats({0.3f, -0.7f});
  at::Tensor whole = Floats({1.0f, 2.0f});
  AdamW first(whole, gradient, {});
  first.Step(0.01, 0.95);

  at::Tensor resumed = whole.clone();
  AdamW second(resumed, gradient, {});
  second.first_moments().copy_(first.first_moments());
  second.second_moments().copy_(first.second_moments());
  second.set_step(first.step());

  first.Step(0.02, 0.9);
  second.Step(0.02, 0.9);
  EXPECT_TRUE(whole.equal(resumed));
  EXPECT_EQ(second.step(), 2);
}

}  // namespace
}  // namespace maskfill
