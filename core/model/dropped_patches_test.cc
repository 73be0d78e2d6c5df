#include "core/model/dropped_patches.h"

#include <cstdint>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

// [N, 4] of the tiny model's patches.
at::Tensor Masks(const std::vector<std::vector<int64_t>>& masked) {
  at::Tensor masks =
      at::zeros({static_cast<int64_t>(masked.size()), 4}, at::kBool);
  for (size_t i = 0; i < masked.size(); ++i) {
    for (const int64_t patch : masked[i]) {
      masks[static_cast<int64_t>(i)][patch] = true;
    }
  }
  return masks;
}

class WithoutPatchesTest : public testing::Test {
 protected:
  WithoutPatchesTest()
      : tower_(*VisionTransformer::Create(
            TinyModelConfig(5),
            SelectPrefix(TinyModelTensors(TinyModelConfig(5), 1), "visual."))) {
    at::manual_seed(3);
    images_ = at::randint(0, 256, {3, 16, 16, 3}, at::kByte);
  }

  // Each image by itself, its attention maps made without the masked keys: the
  // rows' other probabilities over their sum, as a softmax with -inf gives.
  at::Tensor OneByOne(const at::Tensor& masks) const {
    std::vector<at::Tensor> features;
    for (int64_t i = 0; i < masks.size(0); ++i) {
      const at::Tensor seen = at::cat({at::zeros({1}, at::kBool), masks[i]})
                                  .logical_not()
                                  .to(at::kFloat);
      EncodeOptions options;
      options.on_attention = [&seen](int64_t, const at::Tensor& map) {
        const at::Tensor kept = map.mul(seen);
        return kept.div(kept.sum(-1, /*keepdim=*/true));
      };
      features.push_back(tower_.Encode(images_.narrow(0, i, 1), options));
    }
    return at::cat(features);
  }

  void ExpectUnseen(const std::vector<std::vector<int64_t>>& masked) const {
    const at::NoGradGuard no_grad;
    const at::Tensor masks = Masks(masked);
    const at::Tensor found = tower_.Encode(images_, WithoutPatches(masks));
    // Sums in another order.
    EXPECT_TRUE(TensorNear(found, OneByOne(masks), 1e-5));
    // They are not seen: other pixels change nothing.
    at::Tensor others = images_.clone();
    for (size_t i = 0; i < masked.size(); ++i) {
      for (const int64_t patch : masked[i]) {
        others[static_cast<int64_t>(i)]
            .narrow(0, patch / 2 * 8, 8)
            .narrow(1, patch % 2 * 8, 8)
            .fill_(7);
      }
    }
    EXPECT_TRUE(tower_.Encode(others, WithoutPatches(masks)).equal(found));
  }

  const VisionTransformer tower_;
  at::Tensor images_;  // [3, 16, 16, 3]
};

TEST_F(WithoutPatchesTest, TokensAreThoseThatStayWhereCountsAreEqual) {
  const EncodeOptions options = WithoutPatches(Masks({{0, 3}, {1, 2}, {2, 3}}));
  EXPECT_TRUE(options.kept_patches.equal(
      at::tensor({1, 2, 0, 3, 0, 1}, at::kLong).view({3, 2})));
  EXPECT_FALSE(options.masked_patches.defined());
  ExpectUnseen({{0, 3}, {1, 2}, {2, 3}});
}

TEST_F(WithoutPatchesTest, ThoseBeyondAnImagesOwnAreNoKeys) {
  const EncodeOptions options = WithoutPatches(Masks({{0, 1, 3}, {2}, {0, 1}}));
  EXPECT_EQ(options.kept_patches.size(1), 3);
  EXPECT_TRUE(options.masked_patches.equal(
      at::tensor({0, 1, 1, 0, 0, 0, 0, 0, 1}, at::kLong)
          .view({3, 3})
          .to(at::kBool)));
  ExpectUnseen({{0, 1, 3}, {2}, {0, 1}});
}

TEST_F(WithoutPatchesTest, AnImageMayLoseNothing) {
  const EncodeOptions options = WithoutPatches(Masks({{}, {2}, {0, 1, 2, 3}}));
  EXPECT_FALSE(options.kept_patches.defined());
  ExpectUnseen({{}, {2}, {0, 1, 2, 3}});
}

TEST_F(WithoutPatchesTest, AllImagesMayLoseAllPatches) {
  const std::vector<int64_t> all = {0, 1, 2, 3};
  ExpectUnseen({all, all, all});
}

}  // namespace
}  // namespace maskfill
