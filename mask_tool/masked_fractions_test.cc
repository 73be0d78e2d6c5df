#include "mask_tool/masked_fractions.h"

#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

// Of masks of 10 patches.
MaskedFractions Of(const std::vector<int64_t>& masked) {
  MaskedFractions fractions(10);
  for (const int64_t count : masked) fractions.Add(count);
  return fractions;
}

TEST(MaskedFractions, CountByHand) {
  const MaskedFractions fractions = Of({10, 0, 3, 5, 0});
  EXPECT_EQ(fractions.masks(), 5);
  EXPECT_EQ(fractions.none_masked(), 2);
  EXPECT_EQ(fractions.all_masked(), 1);
  EXPECT_DOUBLE_EQ(fractions.Mean(), 18.0 / 50);
  // Ascending 0 0 3 5 10: the quartiles are the second, third and fourth.
  EXPECT_DOUBLE_EQ(fractions.Quantile(0.25), 0.0);
  EXPECT_DOUBLE_EQ(fractions.Quantile(0.5), 0.3);
  EXPECT_DOUBLE_EQ(fractions.Quantile(0.75), 0.5);
  EXPECT_DOUBLE_EQ(fractions.Quantile(1), 1.0);
}

TEST(MaskedFractions, InterpolateBetweenTwoMasks) {
  // Rank 0.25 * 3 = 0.75 between 1 and 2, 1.5 between 2 and 6.
  const MaskedFractions fractions = Of({8, 1, 6, 2});
  EXPECT_DOUBLE_EQ(fractions.Quantile(0.25), 0.175);
  EXPECT_DOUBLE_EQ(fractions.Quantile(0.5), 0.4);
}

TEST(MaskedFractions, AddUp) {
  MaskedFractions fractions = Of({1, 10});
  fractions.Add(Of({4}));
  EXPECT_EQ(fractions.masks(), 3);
  EXPECT_DOUBLE_EQ(fractions.Quantile(0.5), 0.4);
}

TEST(MaskedFractions, OfNoMaskAreZero) {
  EXPECT_EQ(Of({}).Mean(), 0);
  EXPECT_EQ(Of({}).Quantile(0.5), 0);
}

}  // namespace
}  // namespace maskfill
