#include "core/metrics/rank_correlation.h"

#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

using Values = std::vector<float>;

TEST(RankCorrelation, LooksAtTheOrderAlone) {
  EXPECT_DOUBLE_EQ(
      *RankCorrelation(Values{0.1f, 0.2f, 0.9f}, Values{0, 0.8f, 1}), 1);
  EXPECT_DOUBLE_EQ(
      *RankCorrelation(Values{0.1f, 0.2f, 0.9f}, Values{1, 0.5f, 0}), -1);
}

TEST(RankCorrelation, IsSpearmans) {
  // Ranks 0 1 2 3 and 1 0 3 2, differences 1 in each of four places:
  // 1 - 6 * 4 / (4 * (16 - 1)) = 0.6.
  EXPECT_DOUBLE_EQ(*RankCorrelation(Values{0.1f, 0.2f, 0.3f, 0.4f},
                                    Values{0.6f, 0.5f, 0.8f, 0.7f}),
                   0.6);
}

TEST(RankCorrelation, EqualValuesShareTheMeanRank) {
  // Ranks less their mean: -1 0 1 and -0.5 -0.5 1. Products 0.5 + 0 + 1 = 1.5,
  // squares 2 and 1.5: 1.5 / sqrt(3).
  EXPECT_DOUBLE_EQ(*RankCorrelation(Values{0, 0.5f, 1}, Values{0, 0, 1}),
                   0.86602540378443865);
}

TEST(RankCorrelation, IsNothingForAConstantList) {
  EXPECT_FALSE(RankCorrelation(Values{0, 0, 0}, Values{0, 0.5f, 1}));
  EXPECT_FALSE(RankCorrelation(Values{0, 0.5f, 1}, Values{0.2f, 0.2f, 0.2f}));
  EXPECT_FALSE(RankCorrelation(Values{}, Values{}));
}

}  // namespace
}  // namespace maskfill
