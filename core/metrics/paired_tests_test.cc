#include "core/metrics/paired_tests.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

// `only_a`, `only_b`, and as many of both and of neither.
McNemarTest Counts(int64_t only_a, int64_t only_b) {
  std::vector<uint8_t> a(only_a, 1);
  std::vector<uint8_t> b(only_a, 0);
  a.insert(a.end(), only_b, 0);
  b.insert(b.end(), only_b, 1);
  for (const uint8_t both : {0, 1}) {
    a.insert(a.end(), 5, both);
    b.insert(b.end(), 5, both);
  }
  return McNemarTest::Of(a, b);
}

// Of Binomial(10, 1/2): (1 + 10 + 45) / 1024 lie at 2 or below, twice that.
TEST(McNemar, IsTheExactBinomialTest) {
  const McNemarTest test = Counts(8, 2);
  EXPECT_EQ(test.only_a, 8);
  EXPECT_EQ(test.only_b, 2);
  EXPECT_NEAR(test.p_value, 112.0 / 1024, 1e-12);
  EXPECT_NEAR(Counts(2, 8).p_value, 112.0 / 1024, 1e-12);
  EXPECT_NEAR(Counts(6, 0).p_value, 2.0 / 64, 1e-12);
}

TEST(McNemar, AgreementSaysNothing) {
  EXPECT_EQ(Counts(0, 0).p_value, 1);
  EXPECT_EQ(Counts(7, 7).p_value, 1);
  EXPECT_NEAR(Counts(1, 0).p_value, 1, 1e-12);
}

// The normal approximation with continuity correction, z = (|b - c| - 1) /
// sqrt(b + c) = 199 / 100, is good at this size: 2 (1 - Phi(1.99)) = 0.0466.
TEST(McNemar, HoldsForManyImages) {
  EXPECT_NEAR(Counts(5100, 4900).p_value, 0.0466, 1e-4);
  EXPECT_GE(Counts(40000, 10).p_value, 0);
}

TEST(Bootstrap, SpreadsAsTheMeanOfTheImages) {
  // 300 images: 60 won, 30 lost. Mean 0.1, variance of one image
  // 0.3 - 0.01 = 0.29, of the mean 0.29 / 300: deviation 0.03109.
  std::vector<int8_t> values(300, 0);
  for (int i = 0; i < 60; ++i) values[i] = 1;
  for (int i = 60; i < 90; ++i) values[i] = -1;
  const std::vector<double> means = BootstrapMeans(values, 4000, "a");
  ASSERT_EQ(means.size(), 4000);
  double mean = 0;
  for (const double m : means) mean += m / 4000;
  double variance = 0;
  for (const double m : means) variance += (m - mean) * (m - mean) / 4000;
  // Four standard errors of a mean and of a deviation of 4000 draws.
  EXPECT_NEAR(mean, 0.1, 4 * 0.03109 / std::sqrt(4000));
  EXPECT_NEAR(std::sqrt(variance), 0.03109, 4 * 0.03109 / std::sqrt(8000));
  const BootstrapInterval interval = PercentileInterval(means);
  EXPECT_NEAR(interval.low, 0.1 - 1.96 * 0.03109, 0.006);
  EXPECT_NEAR(interval.high, 0.1 + 1.96 * 0.03109, 0.006);
}

TEST(Bootstrap, IsAFunctionOfValuesAndKey) {
  const std::vector<int8_t> values = {1, 0, -1, 0, 2, 0, 0, -3};
  EXPECT_EQ(BootstrapMeans(values, 20, "a"), BootstrapMeans(values, 20, "a"));
  EXPECT_NE(BootstrapMeans(values, 20, "a"), BootstrapMeans(values, 20, "b"));
  EXPECT_TRUE(BootstrapMeans({}, 20, "a").empty());
  // Images that all agree leave nothing to chance.
  EXPECT_THAT(BootstrapMeans({2, 2}, 3, "a"), testing::Each(2.0));
}

TEST(BootstrapInterval, LiesLinearlyBetweenRanks) {
  // Ranks 0.1 * 4 = 0.4 and 0.9 * 4 = 3.6 of 1, 2, 3, 4, 5.
  const BootstrapInterval interval = PercentileInterval({5, 1, 4, 2, 3}, 0.8);
  EXPECT_DOUBLE_EQ(interval.low, 1.4);
  EXPECT_DOUBLE_EQ(interval.high, 4.6);
}

}  // namespace
}  // namespace maskfill
