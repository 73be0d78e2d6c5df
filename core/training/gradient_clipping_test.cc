#include "core/training/gradient_clipping.h"

#include "ATen/ops/ones.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

// Gradients 3 and 4 in two parameters: norm 5.
absl::StatusOr<FlatParameters> ThreeAndFour() {
  ASSIGN_OR_RETURN(
      FlatParameters flat,
      FlatParameters::Bind({{"a", at::ones({1})}, {"b", at::ones({1})}}));
  at::Tensor(flat.gradient_views()[0]).fill_(3.0);
  at::Tensor(flat.gradient_views()[1]).fill_(4.0);
  return flat;
}

TEST(ClipGradientNorm, ScalesLongGradientsToTheMaximum) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat, ThreeAndFour());
  EXPECT_EQ(ClipGradientNorm(flat, 1.0).item<float>(), 5.0f);
  // 3 / (5 + 1e-6).
  EXPECT_NEAR(flat.gradient_views()[0].item<float>(), 0.6f, 2e-7);
  EXPECT_NEAR(flat.gradient_views()[1].item<float>(), 0.8f, 2e-7);
}

TEST(ClipGradientNorm, LeavesShortGradientsAsTheyAre) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat, ThreeAndFour());
  EXPECT_EQ(ClipGradientNorm(flat, 5.1).item<float>(), 5.0f);
  EXPECT_EQ(flat.gradient_views()[0].item<float>(), 3.0f);
}

TEST(ClipGradientNorm, OnlyMeasuresWithMaximumZero) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat, ThreeAndFour());
  EXPECT_EQ(ClipGradientNorm(flat, 0).item<float>(), 5.0f);
  EXPECT_EQ(flat.gradient_views()[1].item<float>(), 4.0f);
}

}  // namespace
}  // namespace maskfill
