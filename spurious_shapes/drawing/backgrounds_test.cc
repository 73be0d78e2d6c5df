#include "spurious_shapes/drawing/backgrounds.h"

#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

std::vector<float> Fill(Background family, uint64_t k, int64_t size) {
  CounterRng rng(3, "test", k, "");
  const BackgroundTexture texture = SampleBackground(family, &rng);
  const PixelGrid grid{size};
  std::vector<float> values(grid.num_pixels());
  FillBackground(texture, grid, values.data());
  return values;
}

class EveryBackground : public testing::TestWithParam<int> {
 protected:
  Background family() const { return static_cast<Background>(GetParam()); }
};

TEST_P(EveryBackground, StaysInRangeAndUsesMuchOfIt) {
  for (uint64_t k = 0; k < 20; ++k) {
    double sum = 0;
    double squares = 0;
    const std::vector<float> values = Fill(family(), k, 56);
    for (const float value : values) {
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / values.size();
    const double deviation = std::sqrt(squares / values.size() - mean * mean);
    // The weakest, clouds and grass, vary by 0.2 or so.
    EXPECT_GT(deviation, 0.1) << BackgroundName(family()) << " " << k;
  }
}

TEST_P(EveryBackground, DiffersFromImageToImage) {
  EXPECT_NE(Fill(family(), 1, 56), Fill(family(), 2, 56));
}

TEST_P(EveryBackground, ShowsTheSameAtAnotherResolution) {
  // Means over the picture agree; pixels lie elsewhere.
  for (uint64_t k = 0; k < 5; ++k) {
    double coarse = 0;
    for (const float value : Fill(family(), k, 56)) coarse += value / 3136;
    double fine = 0;
    for (const float value : Fill(family(), k, 112)) fine += value / 12544;
    EXPECT_NEAR(coarse, fine, 0.03) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryBackground,
                         testing::Range(0, kNumBackgrounds),
                         [](const testing::TestParamInfo<int>& info) {
                           return std::string(BackgroundName(
                               static_cast<Background>(info.param)));
                         });

TEST(Backgrounds, StripesRunStraightWithTheirPeriod) {
  BackgroundTexture texture;  // unturned, scale 1, phase 0
  texture.family = Background::kStripes;
  std::vector<float> values(56 * 56);
  FillBackground(texture, PixelGrid{56}, values.data());
  for (int x = 0; x < 56; ++x) {
    // Period 9, the first half 1; pixel centres at x + 1/2.
    EXPECT_EQ(values[x], x % 9 < 4 ? 1 : 0) << x;
    EXPECT_EQ(values[55 * 56 + x], values[x]);
  }
}

TEST(Backgrounds, CheckerAlternatesInBothDirections) {
  BackgroundTexture texture;
  texture.family = Background::kChecker;
  std::vector<float> values(56 * 56);
  FillBackground(texture, PixelGrid{56}, values.data());
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[6], 1);           // 6 to the right
  EXPECT_EQ(values[6 * 56], 1);      // 6 down
  EXPECT_EQ(values[6 * 56 + 6], 0);  // both
}

}  // namespace
}  // namespace maskfill
