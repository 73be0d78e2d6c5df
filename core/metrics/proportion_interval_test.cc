#include "core/metrics/proportion_interval.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

// Newcombe, "Two-sided confidence intervals for the single proportion",
// Statistics in Medicine 1998, table I, method 3, to four places.
TEST(WilsonInterval, IsThatOfThePublishedExamples) {
  const struct {
    int64_t part, whole;
    double low, high;
  } kCases[] = {{81, 263, 0.2553, 0.3662},
                {15, 148, 0.0624, 0.1605},
                {0, 20, 0.0000, 0.1611},
                {1, 29, 0.0061, 0.1718}};
  for (const auto& [part, whole, low, high] : kCases) {
    const ProportionInterval interval = WilsonInterval(part, whole);
    EXPECT_NEAR(interval.low, low, 5e-5) << part << " of " << whole;
    EXPECT_NEAR(interval.high, high, 5e-5) << part << " of " << whole;
  }
}

TEST(WilsonInterval, IsSymmetric) {
  const ProportionInterval few = WilsonInterval(3, 40);
  const ProportionInterval many = WilsonInterval(37, 40);
  EXPECT_NEAR(few.low, 1 - many.high, 1e-12);
  EXPECT_NEAR(few.high, 1 - many.low, 1e-12);
}

TEST(WilsonInterval, SaysNothingWithoutImages) {
  EXPECT_EQ(WilsonInterval(0, 0).low, 0);
  EXPECT_EQ(WilsonInterval(0, 0).high, 1);
}

}  // namespace
}  // namespace maskfill
