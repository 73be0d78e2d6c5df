#include "core/training/losses.h"

#include <cmath>

#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(CrossEntropy, IsTheLogarithmOfTheClassesForEqualLogits) {
  const at::Tensor loss =
      CrossEntropy(at::zeros({3, 4}), at::zeros({3}, at::kLong));
  EXPECT_NEAR(loss.item<float>(), std::log(4.0), 1e-6);
}

TEST(CrossEntropy, AveragesOverTheBatch) {
  // Logits (0, ln 3): probabilities 1/4 and 3/4; labels 0 and 1:
  // (ln 4 + ln 4/3) / 2 = 0.8369882.
  const at::Tensor row = at::tensor({0.0, std::log(3.0)}, at::kFloat);
  const at::Tensor logits = row.expand({2, 2});
  const at::Tensor labels = at::tensor({0, 1}, at::kLong);
  EXPECT_NEAR(CrossEntropy(logits, labels).item<float>(), 0.8369882, 1e-6);
}

TEST(FeatureDistillation, AveragesSquaresOverBatchAndWidth) {
  // (1 + 4 + 9 + 16) / 4.
  const at::Tensor student =
      at::tensor({1.0, 2.0, 3.0, 4.0}, at::kFloat).view({2, 2});
  EXPECT_EQ(FeatureDistillation(student, at::zeros({2, 2})).item<float>(),
            7.5f);
}

TEST(FeatureDistillation, HasTheGradientOfAMean) {
  // d/ds mean (s - t)^2 = 2 (s - t) / (N D) = 2 * 3 / 4.
  at::Tensor student = at::zeros({2, 2}).fill_(3.0).set_requires_grad(true);
  FeatureDistillation(student, at::zeros({2, 2})).backward();
  EXPECT_EQ(student.grad()[0][0].item<float>(), 1.5f);
}

TEST(LogitDistillation, IsTheDivergenceOfSoftenedProbabilities) {
  // At temperature 2 logits (0, 2 ln 3) are probabilities 1/4 and 3/4, those of
  // (0, 0) halves: KL(p || q) = 1/4 ln 1/2 + 3/4 ln 3/2 = 0.1308120. The second
  // image agrees: 4 * (0.1308120 + 0) / 2.
  const at::Tensor teacher =
      at::tensor({0.0, 2 * std::log(3.0), 1.0, 1.0}, at::kFloat).view({2, 2});
  EXPECT_NEAR(LogitDistillation(at::zeros({2, 2}), teacher, 2).item<float>(),
              0.2616240, 1e-6);
}

TEST(LogitDistillation, HasAGradientOfTheLogitsScale) {
  // d/ds = T^2 / N * (q - p) / T, here 2 * (1/2 - 1/4).
  at::Tensor student = at::zeros({1, 2}).set_requires_grad(true);
  const at::Tensor teacher =
      at::tensor({0.0, 2 * std::log(3.0)}, at::kFloat).view({1, 2});
  LogitDistillation(student, teacher, 2).backward();
  EXPECT_NEAR(student.grad()[0][0].item<float>(), 0.5f, 1e-6);
}

TEST(LogitDistillation, OfATeacherThatIsCertainIsFinite) {
  const at::Tensor teacher = at::tensor({0.0, 1e6}, at::kFloat).view({1, 2});
  EXPECT_NEAR(LogitDistillation(at::zeros({1, 2}), teacher, 1).item<float>(),
              std::log(2.0), 1e-6);
}

}  // namespace
}  // namespace maskfill
