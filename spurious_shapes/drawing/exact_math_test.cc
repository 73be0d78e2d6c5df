#include "spurious_shapes/drawing/exact_math.h"

#include <cmath>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(ExactMath, FloorsTowardsMinusInfinity) {
  EXPECT_EQ(FloorToInt(2.5f), 2);
  EXPECT_EQ(FloorToInt(-2.5f), -3);
  EXPECT_EQ(FloorToInt(-2.0f), -2);
  EXPECT_EQ(FloorToInt(0.0f), 0);
  EXPECT_FLOAT_EQ(Fraction(-0.25f), 0.75f);
}

TEST(ExactMath, ApproximatesSineAndCosine) {
  for (float x = -3; x < 3; x += 0.001f) {
    EXPECT_NEAR(SinTurns(x), std::sin(2 * M_PI * x), 4e-7) << x;
    // x + 1/4 rounds, by up to 1.2e-7 turns.
    EXPECT_NEAR(CosTurns(x), std::cos(2 * M_PI * x), 1.2e-6) << x;
  }
}

TEST(ExactMath, ApproximatesTheExponential) {
  for (float x = -0.5f; x <= 0.5f; x += 0.01f) {
    EXPECT_NEAR(ExpOfSmall(x), std::exp(x), 2e-6) << x;
  }
}

TEST(ExactMath, ValueNoiseMeetsItsLatticeAndIsContinuous) {
  EXPECT_EQ(ValueNoise(3, -2, 7), LatticeValue(3, -2, 7));
  for (float x = 0; x < 4; x += 0.01f) {
    EXPECT_NEAR(ValueNoise(x, 0.4f, 7), ValueNoise(x + 0.001f, 0.4f, 7), 2e-3);
  }
}

TEST(ExactMath, HashesLatticePointsEvenly) {
  double sum = 0;
  double squares = 0;
  for (int x = 0; x < 100; ++x) {
    for (int y = 0; y < 100; ++y) {
      const double value = LatticeValue(x, y, 5);
      sum += value;
      squares += value * value;
    }
  }
  // Uniform: mean 1/2 +- 0.0029, mean square 1/3 +- 0.003; four deviations.
  EXPECT_NEAR(sum / 1e4, 0.5, 0.012);
  EXPECT_NEAR(squares / 1e4, 1.0 / 3, 0.012);
}

}  // namespace
}  // namespace maskfill
