#include "core/training/contrastive_loss.h"

#include <cmath>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/tensor.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

at::Tensor Matrix(const std::vector<double>& values, int64_t columns) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble)
      .view({-1, columns});
}

TEST(ContrastiveLoss, IsTheHandComputedValueWithTwoPicturesOfOneCaption) {
  // Unit features along the axes (the lengths do not matter), factor a = 3:
  // scores [[a, 0], [a, 0], [0, a]].
  const at::Tensor images = Matrix({2, 0, 5, 0, 0, 1}, 2);
  const at::Tensor texts = Matrix({1, 0, 0, 4}, 2);
  const at::Tensor caption_of = at::tensor({0, 0, 1}, at::kLong);
  const double a = 3;
  // Each picture against both captions: log(1 + e^-a). Caption 0: each of its
  // two pictures has log(2 e^a + 1) - a; caption 1: log(e^a + 2) - a.
  const double image_to_text = std::log(1 + std::exp(-a));
  const double text_to_image =
      (std::log(2 * std::exp(a) + 1) - a + std::log(std::exp(a) + 2) - a) / 2;
  const at::Tensor loss = ContrastiveLoss(images, texts, caption_of,
                                          at::tensor(std::log(a), at::kDouble));
  EXPECT_NEAR(loss.item<double>(), (image_to_text + text_to_image) / 2, 1e-12);
}

TEST(ContrastiveLoss, OfPairsTakesEqualTextsForNegatives) {
  // The same images, two of which have a text of the same words.
  const at::Tensor images = Matrix({2, 0, 5, 0, 0, 1}, 2);
  const at::Tensor texts = Matrix({1, 0, 1, 0, 0, 4}, 2);
  const double a = 3;
  const at::Tensor scores =
      ContrastiveScores(images, texts, at::tensor(std::log(a), at::kDouble));
  // Scores [[a, a, 0], [a, a, 0], [0, 0, a]], whose columns are as its rows.
  const double of_two = std::log(2 * std::exp(a) + 1) - a;
  const double of_one = std::log(std::exp(a) + 2) - a;
  EXPECT_NEAR(PairedContrastiveLoss(scores).item<double>(),
              (2 * of_two + of_one) / 3, 1e-12);
}

TEST(ContrastiveLoss, OfPairsIsThatOfTextsThatNoTwoShare) {
  const at::Tensor images = Matrix({.3, -.8, .5, 1.2, .1, -.4, -.6, .9, .2}, 3);
  const at::Tensor texts = Matrix({.7, .2, -.5, -.1, 1.1, .4, .5, .5, -1}, 3);
  const at::Tensor scale = at::tensor(0.7, at::kDouble);
  EXPECT_NEAR(
      PairedContrastiveLoss(ContrastiveScores(images, texts, scale))
          .item<double>(),
      ContrastiveLoss(images, texts, at::tensor({0, 1, 2}, at::kLong), scale)
          .item<double>(),
      1e-12);
}

TEST(ContrastiveLoss, HasTheGradientOfFiniteDifferences) {
  at::Tensor images = Matrix({.3, -.8, .5, 1.2, .1, -.4, -.6, .9, .2}, 3);
  at::Tensor texts = Matrix({.7, .2, -.5, -.1, 1.1, .4}, 3);
  at::Tensor scale = at::tensor(0.7, at::kDouble);
  const at::Tensor caption_of = at::tensor({0, 1, 0}, at::kLong);
  for (at::Tensor* input : {&images, &texts, &scale}) {
    input->requires_grad_();
  }
  ContrastiveLoss(images, texts, caption_of, scale).backward();
  at::NoGradGuard no_grad;
  constexpr double kStep = 1e-6;
  for (at::Tensor* input : {&images, &texts, &scale}) {
    double* value = input->data_ptr<double>();
    const double* gradient = input->grad().data_ptr<double>();
    for (int64_t i = 0; i < input->numel(); ++i) {
      const double kept = value[i];
      const auto loss_at = [&](double x) {
        value[i] = x;
        return ContrastiveLoss(images, texts, caption_of, scale).item<double>();
      };
      const double slope =
          (loss_at(kept + kStep) - loss_at(kept - kStep)) / (2 * kStep);
      value[i] = kept;
      // Central differences: truncation 1e-12, rounding 1e-10.
      EXPECT_NEAR(gradient[i], slope, 1e-8);
    }
  }
}

}  // namespace
}  // namespace maskfill
