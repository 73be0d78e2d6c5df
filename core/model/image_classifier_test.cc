#include "core/model/image_classifier.h"

#include <string>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 2;
  config.vision = {.width = 8, .heads = 2, .layers = 2, .mlp_width = 16};
  config.image_size = 8;
  config.patch_size = 4;
  config.num_classes = 3;
  return config;
}

TEST(ImageClassifier, LogitsAreComputedByHand) {
  NamedTensors tensors = RandomWeights(TinyConfig(), 1);
  tensors["classifier.weight"] =
      at::tensor({10.f, 0.f, 0.f, 5.f, 1.f, 1.f}).view({3, 2});
  tensors["classifier.bias"] = at::tensor({0.5f, 0.f, 0.f});
  ASSERT_OK_AND_ASSIGN(const ImageClassifier classifier,
                       ImageClassifier::Create(TinyConfig(), tensors));
  // (3, 4) / 5 = (0.6, 0.8): 10 * 0.6 + 0.5, 5 * 0.8, 0.6 + 0.8.
  const at::Tensor expected = at::tensor({6.5f, 4.f, 1.4f}).view({1, 3});
  const at::Tensor features = at::tensor({3.f, 4.f}).view({1, 2});
  EXPECT_TRUE(TensorNear(classifier.Logits(features), expected, 1e-6));
  // The length of the features does not matter.
  EXPECT_TRUE(TensorNear(classifier.Logits(features.mul(7)), expected, 1e-5));
}

TEST(ImageClassifier, ParametersHaveTheNamesOfTheCheckpoint) {
  NamedTensors tensors = RandomWeights(TinyConfig(), 1);
  ASSERT_OK_AND_ASSIGN(const ImageClassifier classifier,
                       ImageClassifier::Create(TinyConfig(), tensors));
  const NamedTensors parameters = classifier.parameters();
  ASSERT_EQ(parameters.size(), ExpectedShapes(TinyConfig()).size());
  for (const auto& [name, shape] : ExpectedShapes(TinyConfig())) {
    EXPECT_TRUE(parameters.at(name).is_same(tensors.at(name))) << name;
  }
}

TEST(ImageClassifier, HalfPrecisionKeepsTheHeadExact) {
  const at::NoGradGuard no_gradients;
  Checkpoint checkpoint;
  checkpoint.config = TinyConfig();
  checkpoint.tensors = RandomWeights(TinyConfig(), 1);
  ASSERT_OK_AND_ASSIGN(
      const ImageClassifier half,
      ImageClassifier::FromCheckpoint(checkpoint, at::kCPU, Precision::kBf16));
  EXPECT_EQ(half.backbone().parameters().at("proj").scalar_type(),
            at::kBFloat16);
  EXPECT_TRUE(half.weight().equal(checkpoint.tensors["classifier.weight"]));
  const at::Tensor features =
      half.Features(at::randint(0, 256, {2, 3, 8, 8}, at::kByte));
  EXPECT_EQ(features.scalar_type(), at::kBFloat16);
  EXPECT_EQ(half.Logits(features).scalar_type(), at::kFloat);
}

TEST(ImageClassifier, TextTowerIsIgnored) {
  ModelConfig config = TinyConfig();
  config.text = {.width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
  config.context_length = 4;
  config.vocab_size = 11;
  Checkpoint checkpoint{config, RandomWeights(config, 1), ""};
  EXPECT_OK(ImageClassifier::FromCheckpoint(checkpoint, at::kCPU));
}

TEST(ImageClassifier, ACheckpointWithoutHeadIsRefused) {
  ModelConfig config = TinyConfig();
  config.num_classes = 0;
  EXPECT_THAT(ImageClassifier::Create(config, RandomWeights(config, 1)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("build_zeroshot")));
}

TEST(ImageClassifier, AHeadOfAnotherShapeIsRefused) {
  NamedTensors tensors = RandomWeights(TinyConfig(), 1);
  tensors["classifier.weight"] = at::zeros({4, 2});
  EXPECT_THAT(ImageClassifier::Create(TinyConfig(), tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("[4, 2] and [3], expected [3, 2] and [3]")));
}

}  // namespace
}  // namespace maskfill
