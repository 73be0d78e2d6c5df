#include "model_tool/weights/position_embedding.h"

#include <cstdint>
#include <vector>

#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

// A class token, then a grid of 3 x 3; one channel.
at::Tensor Positions() {
  return at::tensor({-7.f, 0.f, 1.f, 2.f, 3.f, 5.f, 8.f, 13.f, 21.f, 34.f})
      .view({10, 1});
}

void ExpectGrid(int64_t grid, const std::vector<float>& expected) {
  const at::Tensor resized = ResizePositionEmbedding(Positions(), grid);
  ASSERT_EQ(resized.size(0), 1 + grid * grid);
  EXPECT_EQ(resized[0][0].item<float>(), -7.f);  // stays
  for (size_t i = 0; i < expected.size(); ++i) {
    // Written with five decimals.
    EXPECT_NEAR(resized[static_cast<int64_t>(i) + 1][0].item<float>(),
                expected[i], 1e-5)
        << i;
  }
}

// Expected values: PyTorch 2.13's F.interpolate(mode="bicubic",
// antialias=True, align_corners=False), as open_clip calls it.
TEST(PositionEmbedding, IsResampledAsOpenClipDoesIt) {
  ExpectGrid(2, {0.98448f, 2.6463f, 11.31545f, 22.02864f});
  ExpectGrid(4, {-0.20623f, 0.37447f, 1.19179f, 1.73335f, 1.11568f, 1.82553f,
                 3.04832f, 4.01746f, 6.71781f, 9.16183f, 14.12017f, 18.48438f,
                 13.0881f, 17.78415f, 27.46626f, 36.0646f});
}

TEST(PositionEmbedding, OfTheSameSizeIsTheSame) {
  EXPECT_TRUE(at::equal(ResizePositionEmbedding(Positions(), 3), Positions()));
}

}  // namespace
}  // namespace maskfill
