#include "core/cam/grad_cam.h"

#include <cstdint>

#include "ATen/Context.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "core/model/vision_transformer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

constexpr int64_t kImages = 3;
constexpr int64_t kClasses = 4;
constexpr int64_t kPatches = 4;
constexpr int64_t kWidth = 16;

class GradCamTest : public testing::Test {
 protected:
  ImageClassifier Make() {
    auto classifier =
        ImageClassifier::Create(TinyModelConfig(kClasses), tensors_);
    EXPECT_OK(classifier);
    return *classifier;
  }

  NamedTensors tensors_ = TinyModelTensors(TinyModelConfig(kClasses), 3);
  // Always the same ones: of some images nothing speaks for the target.
  const at::Tensor pixels_ = [] {
    at::manual_seed(1);
    return at::randint(0, 256, {kImages, 3, 16, 16}, at::kByte);
  }();
  const at::Tensor targets_ = at::tensor({0, 3, 1}, at::kLong);
};

// The targets' logits [N] when `shift` is added to a channel of all tokens.
at::Tensor ShiftedLogits(const ImageClassifier& classifier,
                         const at::Tensor& pixels, const at::Tensor& targets,
                         int64_t channel, double shift) {
  EncodeOptions options;
  options.on_last_ln_1 = [&](const at::Tensor& normalised) {
    at::Tensor shifted = normalised.clone();
    shifted.select(2, channel).add_(shift);
    return shifted;
  };
  return classifier.Logits(classifier.Features(pixels, options))
      .gather(1, targets.unsqueeze(1))
      .squeeze(1);
}

TEST_F(GradCamTest, WeighsChannelsByWhatTheirShiftDoesToTheLogit) {
  const ImageClassifier classifier = Make();
  const Cams found = GradCam(classifier, pixels_, targets_);
  const at::NoGradGuard no_gradients;
  at::Tensor normalised;
  EncodeOptions options;
  options.on_last_ln_1 = [&](const at::Tensor& x) { return normalised = x; };
  classifier.Features(pixels_, options);
  constexpr double kShift = 1e-2;
  at::Tensor expected = at::zeros({kImages, kPatches});
  for (int64_t channel = 0; channel < kWidth; ++channel) {
    const at::Tensor weight =
        ShiftedLogits(classifier, pixels_, targets_, channel, kShift)
            .sub(ShiftedLogits(classifier, pixels_, targets_, channel, -kShift))
            .div(2 * kShift);
    expected.add_(normalised.select(2, channel)
                      .narrow(1, 1, kPatches)
                      .mul(weight.unsqueeze(1)));
  }
  expected.relu_();
  EXPECT_GT(expected.max().item<double>(), 0);
  // Central differences: the error is of the order of the shift squared.
  EXPECT_TRUE(TensorNear(found.relevance.mul(found.max_relevance.unsqueeze(1)),
                         expected, 1e-3 * expected.max().item<double>(), 1e-2));
}

TEST_F(GradCamTest, ExplainsThePredictedClassWithoutTargets) {
  const ImageClassifier classifier = Make();
  const Cams found = GradCam(classifier, pixels_);
  EXPECT_TRUE(found.targets.equal(found.logits.argmax(1)));
  EXPECT_TRUE(GradCam(classifier, pixels_, found.targets)
                  .relevance.equal(found.relevance));
}

TEST_F(GradCamTest, ParametersThatRequireGradientsGetNone) {
  const at::Tensor expected = GradCam(Make(), pixels_, targets_).relevance;
  for (auto& [name, tensor] : tensors_) tensor.requires_grad_(true);
  const at::NoGradGuard no_gradients;
  const at::Tensor found = GradCam(Make(), pixels_, targets_).relevance;
  EXPECT_TRUE(found.equal(expected));
  EXPECT_FALSE(found.requires_grad());
  for (const auto& [name, tensor] : tensors_) {
    EXPECT_FALSE(tensor.grad().defined()) << name;
  }
}

TEST_F(GradCamTest, AHeadThatSeesNothingGivesZeroRelevance) {
  tensors_["classifier.weight"].zero_();
  const Cams found = GradCam(Make(), pixels_, targets_);
  EXPECT_TRUE(found.relevance.equal(at::zeros({kImages, kPatches})));
  EXPECT_TRUE(found.max_relevance.equal(at::zeros({kImages})));
}

}  // namespace
}  // namespace maskfill
