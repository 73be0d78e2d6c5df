#include "core/base/half_float.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(HalfFloat, KnowsValuesByTheirBits) {
  EXPECT_EQ(FloatFromHalf(0x3c00), 1.0f);
  EXPECT_EQ(FloatFromHalf(0xc000), -2.0f);
  EXPECT_EQ(FloatFromHalf(0x7bff), 65504.0f);  // the largest
  EXPECT_EQ(FloatFromHalf(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(FloatFromHalf(0x0400), std::ldexp(1.0f, -14));  // the least normal
  EXPECT_TRUE(std::signbit(FloatFromHalf(0x8000)));
}

TEST(HalfFloat, ReadsBackEveryHalf) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const uint16_t half = static_cast<uint16_t>(bits);
    const float value = FloatFromHalf(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(FloatFromHalf(HalfFromFloat(value)))) << bits;
    } else {
      EXPECT_EQ(HalfFromFloat(value), half) << bits;
    }
  }
}

// Between neighbours: the nearer one, in the middle the even one.
TEST(HalfFloat, RoundsToTheNearest) {
  for (uint16_t half = 0; half < 0x7bff; ++half) {
    const uint16_t next = half + 1;
    const float low = FloatFromHalf(half);
    const float high = FloatFromHalf(next);
    const float middle = (low + high) / 2;  // exact in a float
    EXPECT_EQ(HalfFromFloat(middle), half % 2 == 0 ? half : next) << half;
    EXPECT_EQ(HalfFromFloat(std::nextafter(middle, 0.0f)), half) << half;
    EXPECT_EQ(HalfFromFloat(std::nextafter(middle, 1e9f)), next) << half;
  }
}

TEST(HalfFloat, OverflowsToInfinity) {
  EXPECT_EQ(HalfFromFloat(65519.99f), 0x7bff);
  EXPECT_EQ(HalfFromFloat(65520.0f), 0x7c00);
  EXPECT_EQ(HalfFromFloat(-std::numeric_limits<float>::infinity()), 0xfc00);
  EXPECT_EQ(FloatFromHalf(0x7c00), std::numeric_limits<float>::infinity());
}

}  // namespace
}  // namespace maskfill
