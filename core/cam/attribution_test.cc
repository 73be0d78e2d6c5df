#include "core/cam/attribution.h"

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/bmm.h"
#include "ATen/ops/eye.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"
#include "torch/csrc/autograd/autograd.h"

namespace maskfill {
namespace {

constexpr int64_t kImages = 4;
constexpr int64_t kTokens = 10;
constexpr int64_t kLayers = 3;
// Two ways of summing in float32, relative to a maximum of 1.
constexpr double kRounding = 1e-4;

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 6;
  config.vision = {.width = 16, .heads = 2, .layers = kLayers, .mlp_width = 32};
  config.image_size = 12;
  config.patch_size = 4;
  config.num_classes = 5;
  return config;
}

class AttributionTest : public testing::Test {
 protected:
  AttributionTest() : tensors_(RandomWeights(TinyConfig(), 5)) {
    // Far from uniform attention.
    for (auto& [name, tensor] : tensors_) tensor = tensor.mul(1.5);
  }
  ImageClassifier Make() {
    auto classifier = ImageClassifier::Create(TinyConfig(), tensors_);
    EXPECT_OK(classifier);
    return *classifier;
  }

  NamedTensors tensors_;
  const at::Tensor pixels_ =
      at::randint(0, 256, {kImages, 3, 12, 12}, at::kByte);
  const at::Tensor targets_ = at::tensor({0, 4, 2, 2}, at::kLong);
};

// As the method describes it: one gradient and one full product per layer,
// from the first to the last.
at::Tensor FullRollout(const ImageClassifier& classifier,
                       const at::Tensor& pixels, const at::Tensor& targets,
                       int64_t num_layers) {
  std::vector<at::Tensor> maps;
  EncodeOptions options;
  options.on_attention = [&](int64_t, const at::Tensor& attention) {
    maps.push_back(attention.requires_grad()
                       ? attention
                       : attention.detach().requires_grad_(true));
    return maps.back();
  };
  const at::Tensor logits =
      classifier.Logits(classifier.Features(pixels, options));
  const at::Tensor explained = logits.gather(1, targets.unsqueeze(1)).sum();
  at::Tensor relevance = at::eye(kTokens).repeat({kImages, 1, 1});
  for (int64_t layer = kLayers - num_layers; layer < kLayers; ++layer) {
    const at::Tensor gradient = torch::autograd::grad(
        {explained}, {maps[layer]}, {}, /*retain_graph=*/true)[0];
    at::Tensor step = gradient.mul(maps[layer]).relu().mean(1).detach();
    if (step.size(1) == 1) {
      // The last layer's other rows cannot reach the class token's.
      at::Tensor whole = at::zeros({kImages, kTokens, kTokens});
      whole.narrow(1, 0, 1).copy_(step);
      step = whole;
    }
    relevance = relevance.add(at::bmm(step, relevance));
  }
  return relevance.select(1, 0).narrow(1, 1, kTokens - 1);
}

TEST_F(AttributionTest, EqualsTheFullRollout) {
  const ImageClassifier classifier = Make();
  for (const int64_t layers : {1, 2, 3}) {
    const at::Tensor expected =
        FullRollout(classifier, pixels_, targets_, layers);
    const Cams found = TransformerAttribution(classifier, pixels_, targets_,
                                              {.layers = layers});
    EXPECT_TRUE(
        TensorNear(found.max_relevance, expected.amax(1), 1e-6, kRounding));
    EXPECT_TRUE(TensorNear(
        found.relevance,
        expected.div(expected.amax(1, /*keepdim=*/true).add(1e-8)), kRounding));
    EXPECT_GT(found.max_relevance.min().item<double>(), 0);
  }
}

TEST_F(AttributionTest, AllLayersAreTheDefault) {
  const ImageClassifier classifier = Make();
  EXPECT_TRUE(
      TransformerAttribution(classifier, pixels_, targets_)
          .relevance.equal(TransformerAttribution(classifier, pixels_, targets_,
                                                  {.layers = kLayers})
                               .relevance));
}

TEST_F(AttributionTest, ExplainsThePredictedClassWithoutTargets) {
  const ImageClassifier classifier = Make();
  const Cams found = TransformerAttribution(classifier, pixels_);
  const at::NoGradGuard no_gradients;
  const at::Tensor logits = classifier.Logits(classifier.Features(pixels_));
  EXPECT_TRUE(TensorNear(found.logits, logits, 1e-3));
  EXPECT_TRUE(found.targets.equal(logits.argmax(1)));
  EXPECT_TRUE(TransformerAttribution(classifier, pixels_, found.targets)
                  .relevance.equal(found.relevance));
}

TEST_F(AttributionTest, ImagesDoNotDependOnEachOther) {
  const ImageClassifier classifier = Make();
  const at::Tensor order = at::tensor({2, 0, 3, 1}, at::kLong);
  EXPECT_TRUE(TensorNear(
      TransformerAttribution(classifier, pixels_.index_select(0, order),
                             targets_.index_select(0, order))
          .relevance,
      TransformerAttribution(classifier, pixels_, targets_)
          .relevance.index_select(0, order),
      kRounding));
}

TEST_F(AttributionTest, ParametersThatRequireGradientsGetNone) {
  const at::Tensor expected =
      TransformerAttribution(Make(), pixels_, targets_).relevance;
  for (auto& [name, tensor] : tensors_) tensor.requires_grad_(true);
  const at::Tensor found =
      TransformerAttribution(Make(), pixels_, targets_).relevance;
  EXPECT_TRUE(found.equal(expected));
  EXPECT_FALSE(found.requires_grad());
  for (const auto& [name, tensor] : tensors_) {
    EXPECT_FALSE(tensor.grad().defined()) << name;
  }
}

TEST_F(AttributionTest, WorksWhereGradientsAreSwitchedOff) {
  const ImageClassifier classifier = Make();
  const at::Tensor expected =
      TransformerAttribution(classifier, pixels_, targets_).relevance;
  const at::NoGradGuard no_gradients;
  EXPECT_TRUE(TransformerAttribution(classifier, pixels_, targets_)
                  .relevance.equal(expected));
}

TEST_F(AttributionTest, AHeadThatSeesNothingGivesZeroRelevance) {
  tensors_["classifier.weight"] = at::zeros({5, 6});
  const Cams found = TransformerAttribution(Make(), pixels_, targets_);
  EXPECT_TRUE(found.relevance.equal(at::zeros({kImages, kTokens - 1})));
  EXPECT_TRUE(found.max_relevance.equal(at::zeros({kImages})));
}

}  // namespace
}  // namespace maskfill
