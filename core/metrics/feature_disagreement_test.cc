#include "core/metrics/feature_disagreement.h"

#include <cmath>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(MeanSquaredDifference, IsTheMeanOverTheFeatures) {
  // (1 - 3)^2 = 4, (0.5 - 0.5)^2 = 0, (-1 - 0)^2 = 1: 5 / 3.
  EXPECT_DOUBLE_EQ(MeanSquaredDifference({1, 0.5f, -1}, {3, 0.5f, 0}), 5.0 / 3);
  EXPECT_EQ(MeanSquaredDifference({2, 7}, {2, 7}), 0);
  // In single precision the sum would stay 2^24: 2^24 + 1 has 25 bits.
  EXPECT_EQ(MeanSquaredDifference({0x1.0p12f, 1}, {0, 0}), (0x1.0p24 + 1) / 2);
}

TEST(FeatureDisagreement, IsTheMeanOverTheImagesWithItsStandardError) {
  FeatureDisagreementMeter meter;
  for (const double value : {1.0, 2.0, 6.0}) meter.Add(value);
  // Mean 3; squared deviations 4 + 1 + 9 = 14; deviation sqrt(14 / 2); error
  // sqrt(7 / 3).
  const FeatureDisagreement disagreement = meter.Disagreement();
  EXPECT_EQ(disagreement.images, 3);
  EXPECT_DOUBLE_EQ(disagreement.mean, 3);
  EXPECT_DOUBLE_EQ(disagreement.standard_error, std::sqrt(7.0 / 3));
}

TEST(FeatureDisagreement, KeepsSmallDeviationsOfLargeValues) {
  FeatureDisagreementMeter meter;
  for (const double value : {1e9, 1e9 + 1, 1e9 + 2}) meter.Add(value);
  // Sums of squares would lose them: deviation 1, error sqrt(1 / 3).
  EXPECT_DOUBLE_EQ(meter.Disagreement().standard_error, std::sqrt(1.0 / 3));
}

TEST(FeatureDisagreement, HasNoErrorOfOneImageAndNothingOfNone) {
  FeatureDisagreementMeter meter;
  EXPECT_EQ(meter.Disagreement().images, 0);
  EXPECT_EQ(meter.Disagreement().mean, 0);
  meter.Add(4);
  EXPECT_EQ(meter.Disagreement().mean, 4);
  EXPECT_EQ(meter.Disagreement().standard_error, 0);
}

}  // namespace
}  // namespace maskfill
