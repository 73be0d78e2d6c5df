#include "spurious_shapes/drawing/camera.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

std::vector<uint8_t> Shoot(int64_t size, std::vector<float> planes, float blur,
                           float noise, uint64_t seed) {
  Camera camera(PixelGrid{size});
  std::vector<uint8_t> pixels(3 * size * size);
  camera.Shoot(blur, noise, seed, planes.data(), pixels.data());
  return pixels;
}

TEST(Camera, RoundsClampsAndInterleaves) {
  // One pixel: red above 1, green 0.5 -> 127.5 + 0.5 = 128, blue below 0.
  EXPECT_EQ(Shoot(1, {1.5f, 0.5f, -0.2f}, 0, 0, 1),
            (std::vector<uint8_t>{255, 128, 0}));
}

TEST(Camera, BlurMixesTheMeanOfNine) {
  std::vector<float> planes(3 * 9, 0.0f);
  planes[4] = 0.9f;  // red, the middle of 3 x 3
  const std::vector<uint8_t> pixels = Shoot(3, planes, 0.5f, 0, 1);
  // Middle: 0.5 * 0.9 + 0.5 * 0.1 = 0.5; all others: 0.5 * 0.1 = 0.05.
  EXPECT_EQ(pixels[3 * 4], 128);
  EXPECT_EQ(pixels[0], 13);
  EXPECT_EQ(pixels[3 * 8], 13);
  EXPECT_EQ(pixels[3 * 4 + 1], 0);
}

TEST(Camera, BlurRepeatsTheBorder) {
  std::vector<float> planes(3 * 9, 0.0f);
  planes[0] = 0.9f;  // a corner counts four times in its own mean
  const std::vector<uint8_t> pixels = Shoot(3, planes, 1, 0, 1);
  EXPECT_EQ(pixels[0], 102);     // 4 * 0.9 / 9 = 0.4
  EXPECT_EQ(pixels[3], 51);      // two of its nine: 0.2
  EXPECT_EQ(pixels[3 * 4], 26);  // 0.1
}

TEST(Camera, NoiseHasItsDeviationAndNoMean) {
  const int64_t size = 200;
  const std::vector<uint8_t> pixels =
      Shoot(size, std::vector<float>(3 * size * size, 0.5f), 0, 0.1f, 9);
  double sum = 0;
  double squares = 0;
  for (const uint8_t value : pixels) {
    const double z = value / 255.0 - 0.5;
    sum += z;
    squares += z * z;
  }
  const double n = static_cast<double>(pixels.size());
  // 120,000 samples: deviations 0.0003 and 0.0002, and rounding.
  EXPECT_NEAR(sum / n, 0, 0.002);
  EXPECT_NEAR(std::sqrt(squares / n), 0.1, 0.001);
}

TEST(Camera, NoiseDependsOnTheSeedAlone) {
  const std::vector<float> grey(3 * 9, 0.5f);
  EXPECT_EQ(Shoot(3, grey, 0, 0.1f, 4), Shoot(3, grey, 0, 0.1f, 4));
  EXPECT_NE(Shoot(3, grey, 0, 0.1f, 4), Shoot(3, grey, 0, 0.1f, 5));
}

}  // namespace
}  // namespace maskfill
