#include "core/metrics/calibration.h"

#include <cmath>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(CalibrationMeter, HasNoErrorWithoutImages) {
  EXPECT_EQ(CalibrationMeter().ExpectedError(), 0);
  EXPECT_EQ(CalibrationMeter().AdaptiveError(), 0);
}

TEST(CalibrationMeter, WeighsBinsByTheirImages) {
  CalibrationMeter meter;
  // Bin 13, (0.8667, 0.9333]: 0.9 three times, two right: |2 - 2.7| = 0.7.
  meter.Add(0.9, true);
  meter.Add(0.9, true);
  meter.Add(0.9, false);
  // Bin 7, (0.4667, 0.5333]: 0.5 once, right: 0.5.
  meter.Add(0.5, true);
  EXPECT_NEAR(meter.ExpectedError(), (0.7 + 0.5) / 4, 1e-12);
  const auto bins = meter.Bins();
  EXPECT_EQ(bins[13].images, 3);
  EXPECT_EQ(bins[13].right, 2);
  EXPECT_NEAR(bins[13].confidence_sum, 2.7, 1e-12);
  EXPECT_EQ(bins[7].images, 1);
}

TEST(CalibrationMeter, PutsUpperEdgesIntoTheLowerBin) {
  CalibrationMeter meter;
  meter.Add(0, false);
  meter.Add(0.2, true);  // 3 / 15
  meter.Add(0.2 + 1e-12, true);
  meter.Add(1, true);
  const auto bins = meter.Bins();
  EXPECT_EQ(bins[0].images, 1);
  EXPECT_EQ(bins[2].images, 1);
  EXPECT_EQ(bins[3].images, 1);
  EXPECT_EQ(bins[14].images, 1);
}

TEST(CalibrationMeter, SplitsAdaptivelyIntoEqualShares) {
  CalibrationMeter meter;
  // 30 images, two to a bin: of each pair one is right at 0.9 + tiny steps.
  // All lie in one bin of equal width: |15 - 27.0435| / 30.
  double sum = 0;
  double pairs = 0;
  for (int i = 0; i < 30; ++i) {
    const double confidence = 0.9 + 1e-4 * i;
    sum += confidence;
    meter.Add(confidence, i < 15);
    // Pairs: 7 of two right, one of one right, 7 of none right.
    if (i % 2 == 1) {
      const double expected = i < 15 ? 2 : i == 15 ? 1 : 0;
      pairs += std::abs(expected - (2 * confidence - 1e-4));
    }
  }
  EXPECT_NEAR(meter.ExpectedError(), std::abs(15 - sum) / 30, 1e-12);
  EXPECT_NEAR(meter.AdaptiveError(), pairs / 30, 1e-12);
}

}  // namespace
}  // namespace maskfill
