#include "core/cam/attention_maps.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/eye.h"
#include "ATen/ops/matmul.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

constexpr int64_t kImages = 3;
constexpr int64_t kLayers = 3;
constexpr int64_t kTokens = 5;
// Two ways of summing in float32, relative to a maximum of 1.
constexpr double kRounding = 1e-5;

class AttentionMapsTest : public testing::Test {
 protected:
  void SetUp() override {
    ModelConfig config = TinyModelConfig(/*num_classes=*/0);
    config.vision.layers = kLayers;
    ASSERT_OK_AND_ASSIGN(
        VisionTransformer tower,
        VisionTransformer::Create(
            config, SelectPrefix(TinyModelTensors(config, 3), "visual.")));
    tower_ = tower;
    EncodeOptions options;
    options.on_attention = [&](int64_t, const at::Tensor& attention) {
      maps_.push_back(attention);
      return attention;
    };
    const at::NoGradGuard no_gradients;
    tower_->Encode(pixels_, options);
  }

  // Of one image, in float64: the product of whole matrices, first to last
  // layer, heads averaged by hand; its class token's row of patches divided by
  // its maximum.
  at::Tensor Expected(int64_t image, int64_t num_layers) {
    at::Tensor rollout = at::eye(kTokens, at::kDouble);
    for (int64_t layer = kLayers - num_layers; layer < kLayers; ++layer) {
      const at::Tensor heads = maps_[layer][image].to(at::kDouble);
      at::Tensor mean = at::zeros({kTokens, kTokens}, at::kDouble);
      // Of the last layer there is the class token's row alone.
      mean.narrow(0, 0, heads.size(1)).copy_(heads[0].add(heads[1]).div(2));
      rollout =
          at::matmul(mean.add(at::eye(kTokens, at::kDouble)).div(2), rollout);
    }
    const at::Tensor patches = rollout[0].narrow(0, 1, kTokens - 1);
    return patches.div(patches.max());
  }

  std::optional<VisionTransformer> tower_;
  std::vector<at::Tensor> maps_;
  const at::Tensor pixels_ =
      at::randint(0, 256, {kImages, 3, 16, 16}, at::kByte);
};

TEST_F(AttentionMapsTest, RolloutIsTheProductOfAllLayers) {
  const Cams all = AttentionRollout(*tower_, pixels_);
  for (int64_t layers = 1; layers <= kLayers; ++layers) {
    const Cams last = AttentionRollout(*tower_, pixels_, layers);
    for (int64_t image = 0; image < kImages; ++image) {
      EXPECT_TRUE(
          TensorNear(last.relevance[image], Expected(image, layers), kRounding))
          << layers;
    }
    EXPECT_EQ(last.relevance.equal(all.relevance), layers == kLayers);
  }
}

TEST_F(AttentionMapsTest, LastLayerAttentionIsTheMeanOverHeads) {
  const Cams found = LastLayerAttention(*tower_, pixels_);
  const at::Tensor row = maps_.back()
                             .select(1, 0)
                             .add(maps_.back().select(1, 1))
                             .div(2)
                             .squeeze(1)
                             .narrow(1, 1, kTokens - 1);
  EXPECT_TRUE(TensorNear(found.max_relevance, row.amax(1), kRounding));
  EXPECT_TRUE(
      TensorNear(found.relevance, row.div(row.amax(1, true)), kRounding));
}

TEST_F(AttentionMapsTest, ExplainNoClassAndTakeNoGradient) {
  for (const Cams& cams : {AttentionRollout(*tower_, pixels_),
                           LastLayerAttention(*tower_, pixels_)}) {
    EXPECT_FALSE(cams.targets.defined());
    EXPECT_FALSE(cams.relevance.requires_grad());
    EXPECT_GT(cams.max_relevance.min().item<double>(), 0);
  }
}

}  // namespace
}  // namespace maskfill
