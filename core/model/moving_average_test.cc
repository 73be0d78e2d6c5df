#include "core/model/moving_average.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

// With decay 0.5: 1; then 0.5, 0.5; then 0.25, 0.25, 0.5.
TEST(ExponentialShares, AreThoseOfTheRecursion) {
  EXPECT_THAT(ExponentialShares(1, 0.5), ElementsAre(1));
  EXPECT_THAT(ExponentialShares(2, 0.5), ElementsAre(0.5, 0.5));
  EXPECT_THAT(ExponentialShares(3, 0.5), ElementsAre(0.25, 0.25, 0.5));
}

TEST(ExponentialShares, FollowAnAverageStepByStep) {
  const std::vector<double> states = {3, -1, 4, 1, 5};
  double average = states[0];
  for (size_t t = 1; t < states.size(); ++t) {
    average = 0.9 * average + 0.1 * states[t];
  }
  const std::vector<double> shares = ExponentialShares(5, 0.9);
  double sum = 0, weighted = 0;
  for (size_t t = 0; t < states.size(); ++t) {
    sum += shares[t];
    weighted += shares[t] * states[t];
  }
  EXPECT_NEAR(sum, 1, 1e-15);
  EXPECT_NEAR(weighted, average, 1e-14);
}

TEST(ExponentialShares, AtTheirEndsKeepOneState) {
  EXPECT_THAT(ExponentialShares(3, 0), ElementsAre(0, 0, 1));
  EXPECT_THAT(ExponentialShares(3, 1), ElementsAre(1, 0, 0));
}

// Beta(1/2, 1/2) has the density 1 / (pi sqrt(x (1 - x))): at 1/6, 1/2 and 5/6
// 1 / sqrt(5/36), 1 / sqrt(1/4), 1 / sqrt(5/36), as 3 / sqrt(5) : 1 :
// 3 / sqrt(5).
TEST(BetaShares, FollowTheDensity) {
  EXPECT_THAT(BetaShares(3, 0.5),
              Pointwise(DoubleNear(1e-6), {1.341641, 1.0, 1.341641}));
}

// Beta(2, 2) has the density 6 x (1 - x): at 1/4 and 3/4 the same.
TEST(BetaShares, OfTwoStatesAreEqual) {
  EXPECT_THAT(BetaShares(2, 2), ElementsAre(0.75, 0.75));
}

TEST(BetaShares, OfShapeOneAreUniform) {
  EXPECT_THAT(BetaShares(4, 1), ElementsAre(1, 1, 1, 1));
}

}  // namespace
}  // namespace maskfill
