#include "spurious_shapes/pretrain/whitened_projection.h"

#include <tuple>

#include "ATen/ops/empty.h"
#include "ATen/ops/linalg_eigh.h"
#include "core/base/counter_rng.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(WhitenedProjection, GivesEveryDirectionTheSameVarianceAndNoMean) {
  constexpr int64_t kRows = 400, kWidth = 4, kEmbed = 6;
  at::Tensor features = at::empty({kRows, kWidth}, at::kFloat);
  CounterRng rng(1, "test", 0, "");
  for (int64_t i = 0; i < kRows; ++i) {
    // A large common part, and deviations of 2, 1 and 0.5 across it.
    features[i][0].fill_(10.0);
    for (int64_t j = 1; j < kWidth; ++j) {
      features[i][j].fill_(rng.Normal() * 4 / (1 << j));
    }
  }
  const at::Tensor out =
      features.matmul(WhitenedProjection(features, kEmbed, 7));
  ASSERT_EQ(out.size(1), kEmbed);
  EXPECT_LT(out.mean(0).abs().max().item<float>(), 0.02);
  const at::Tensor variances =
      std::get<0>(at::linalg_eigh(out.t().matmul(out).div(double{kRows})));
  // Three directions of variance v / (v + 0.01 * 4); the common part is gone.
  EXPECT_LT(variances[2].item<float>(), 1e-3);
  EXPECT_GT(variances[3].item<float>(), 0.8);
  EXPECT_LT(variances[5].item<float>(), 1.01);
}

}  // namespace
}  // namespace maskfill
