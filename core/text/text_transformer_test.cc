#include "core/text/text_transformer.h"

#include <string>
#include <vector>

#include "ATen/ops/allclose.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "core/base/counter_rng.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 3;
  config.vision = {.width = 4, .heads = 1, .layers = 1, .mlp_width = 4};
  config.image_size = 2;
  config.patch_size = 1;
  config.text = {.width = 4, .heads = 2, .layers = 2, .mlp_width = 8};
  config.context_length = 6;
  config.vocab_size = 10;
  return config;
}

NamedTensors RandomTensors(const ModelConfig& config) {
  NamedTensors tensors;
  for (const auto& [name, shape] : ExpectedShapes(config)) {
    at::Tensor tensor = at::zeros(shape);
    CounterRng rng(7, "test", 0, name);
    float* data = tensor.mutable_data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      data[i] = static_cast<float>(rng.Normal());
    }
    tensors[name] = tensor;
  }
  return tensors;
}

TEST(TextTransformer, EncodesEachTextByItself) {
  const ModelConfig config = TinyConfig();
  ASSERT_OK_AND_ASSIGN(const TextTransformer tower,
                       TextTransformer::Create(config, RandomTensors(config)));
  const at::Tensor tokens =
      at::tensor({8, 1, 2, 9, 0, 0, 8, 9, 0, 0, 0, 0, 8, 1, 2, 3, 4, 9},
                 at::kLong)
          .view({3, 6});
  const at::Tensor features = tower.Encode(tokens);
  ASSERT_EQ(features.sizes(), at::IntArrayRef({3, 3}));
  // What follows the end of a text, and what stands beside it, is not seen.
  // Tolerance: other shapes, other summation order.
  const at::Tensor first =
      tower.Encode(at::tensor({8, 1, 2, 9, 5, 7}, at::kInt).view({1, 6}));
  EXPECT_TRUE(at::allclose(features.narrow(0, 0, 1), first, 1e-5, 1e-6));
  const at::Tensor second = tower.Encode(at::tensor({8, 9}).view({1, 2}));
  EXPECT_TRUE(at::allclose(features.narrow(0, 1, 1), second, 1e-5, 1e-6));
}

TEST(TextTransformer, SeesEveryTokenBeforeTheEnd) {
  const ModelConfig config = TinyConfig();
  ASSERT_OK_AND_ASSIGN(const TextTransformer tower,
                       TextTransformer::Create(config, RandomTensors(config)));
  const at::Tensor features = tower.Encode(
      at::tensor({8, 1, 2, 9, 8, 2, 1, 9, 8, 3, 2, 9}).view({3, 4}));
  EXPECT_FALSE(at::allclose(features[0], features[1]));
  EXPECT_FALSE(at::allclose(features[0], features[2]));
}

TEST(TextTransformer, GivesNothingForNothing) {
  const ModelConfig config = TinyConfig();
  ASSERT_OK_AND_ASSIGN(const TextTransformer tower,
                       TextTransformer::Create(config, RandomTensors(config)));
  EXPECT_EQ(tower.Encode(at::zeros({0, 6}, at::kLong)).sizes(),
            at::IntArrayRef({0, 3}));
}

TEST(TextTransformer, RefusesWeightsThatDoNotFit) {
  const ModelConfig config = TinyConfig();
  NamedTensors tensors = RandomTensors(config);
  tensors["text_projection"] = at::zeros({4, 5});
  EXPECT_THAT(
      TextTransformer::Create(config, tensors),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("\"text_projection\" has shape [4, 5], expected [4, "
                         "3]")));
  tensors.erase("text_projection");
  EXPECT_THAT(TextTransformer::Create(config, tensors),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is missing")));
}

TEST(TextTransformer, RefusesACheckpointWithoutTextTower) {
  ModelConfig config = TinyConfig();
  config.text = {};
  EXPECT_THAT(TextTransformer::Create(config, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace maskfill
