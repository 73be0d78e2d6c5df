#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/counter_rng.h"
#include "core/image/resample_kernels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

Image RandomImage(int64_t height, int64_t width, uint64_t seed) {
  CounterRng rng(seed, "test", 0, "");
  Image image(height, width);
  for (uint8_t& value : image.pixels) value = rng.Below(256);
  return image;
}

// The same sums, written as plainly as possible.
Image SlowResize(const Image& image, int64_t height, int64_t width) {
  const auto pass = [](const Image& in, int64_t out_size, bool vertical) {
    const int64_t in_size = vertical ? in.height : in.width;
    if (in_size == out_size) return in;
    const ResampleWeights weights =
        BicubicWeights(in_size, out_size, 0, out_size);
    Image out =
        vertical ? Image(out_size, in.width) : Image(in.height, out_size);
    for (int64_t y = 0; y < out.height; ++y) {
      for (int64_t x = 0; x < out.width; ++x) {
        for (int64_t c = 0; c < 3; ++c) {
          const int64_t i = vertical ? y : x;
          int64_t sum = 1 << 21;
          for (int64_t k = 0; k < weights.count[i]; ++k) {
            const int64_t from = weights.first[i] + k;
            const uint8_t value =
                vertical ? in.Row(from)[x * 3 + c] : in.Row(y)[from * 3 + c];
            sum += value * int64_t{weights.weights[i * weights.stride + k]};
          }
          out.Row(y)[x * 3 + c] = std::clamp<int64_t>(sum >> 22, 0, 255);
        }
      }
    }
    return out;
  };
  return pass(pass(image, width, false), height, true);
}

TEST(BicubicWeights, AreThoseOfTheKernelWhenDoublingTheSize) {
  // Output 2 of 2n lies at input 1.25, so samples 0.5, 1.5, ... are at the
  // distances -0.75, 0.25, 1.25 and -1.75: the cubic with a = -0.5 gives
  // 0.2265625, 0.8671875, -0.0703125 and -0.0234375, sum 1. Times 2^22.
  const ResampleWeights weights = BicubicWeights(8, 16, 2, 1);
  EXPECT_EQ(weights.first[0], 0);
  EXPECT_EQ(weights.count[0], 3);
  // Sample -1 does not exist: the rest is normalised to 1.
  const double sum = 0.2265625 + 0.8671875 - 0.0703125;
  for (int k = 0; k < 3; ++k) {
    const double exact =
        std::vector<double>{0.2265625, 0.8671875, -0.0703125}[k];
    EXPECT_EQ(weights.weights[k],
              static_cast<int32_t>(std::lround(exact / sum * (1 << 22))));
  }
}

TEST(ResizeBicubic, KeepsAnImageOfTheSameSize) {
  const Image image = RandomImage(7, 5, 1);
  EXPECT_EQ(ResizeBicubic(image, 7, 5), image);
}

TEST(ResizeBicubic, KeepsAUniformColour) {
  Image image(13, 29);
  std::fill(image.pixels.begin(), image.pixels.end(), 77);
  const Image resized = ResizeBicubic(image, 31, 8);
  EXPECT_EQ(std::count(resized.pixels.begin(), resized.pixels.end(), 77),
            31 * 8 * 3);
}

TEST(ResizeBicubic, ClampsOvershoot) {
  // Doubling a step from 0 to 255: the cubic overshoots on both sides.
  Image image(1, 8);
  for (int64_t x = 4; x < 8; ++x) {
    for (int64_t c = 0; c < 3; ++c) image.Row(0)[x * 3 + c] = 255;
  }
  const Image resized = ResizeBicubic(image, 1, 16);
  EXPECT_EQ(resized.Row(0)[6 * 3], 0);
  EXPECT_EQ(resized.Row(0)[9 * 3], 255);
  // Output 7 lies at 3.75: weights -0.0234375 (sample 1), 0.2265625 (2)...
  // of the ones at and behind sample 4: 0.2265625 - 0.0234375 = 0.203125,
  // times 255 is 51.8.
  EXPECT_EQ(resized.Row(0)[7 * 3], 52);
}

TEST(ResizeBicubic, MapsOnePixelToAnySize) {
  Image image(1, 1);
  image.pixels = {1, 2, 3};
  const Image resized = ResizeBicubic(image, 2, 2);
  EXPECT_THAT(resized.pixels, ElementsAre(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3));
}

TEST(ResizeBicubic, EqualsThePlainSumsForAllKindsOfSizes) {
  CounterRng rng(7, "sizes", 0, "");
  for (int trial = 0; trial < 60; ++trial) {
    const int64_t in_height = 1 + rng.Below(50);
    const int64_t in_width = 1 + rng.Below(50);
    const int64_t height = 1 + rng.Below(60);
    const int64_t width = 1 + rng.Below(60);
    const Image image = RandomImage(in_height, in_width, trial);
    EXPECT_EQ(ResizeBicubic(image, height, width),
              SlowResize(image, height, width))
        << in_width << "x" << in_height << " to " << width << "x" << height;
  }
}

TEST(ResizeBicubicAndCrop, IsThePartOfTheWholeResult) {
  CounterRng rng(8, "boxes", 0, "");
  for (int trial = 0; trial < 60; ++trial) {
    // Every third one keeps a side.
    const int64_t in_height = 1 + rng.Below(50);
    const int64_t in_width = 1 + rng.Below(50);
    const int64_t height = trial % 3 == 1 ? in_height : 1 + rng.Below(60);
    const int64_t width = trial % 3 == 2 ? in_width : 1 + rng.Below(60);
    PixelBox box;
    box.top = rng.Below(height);
    box.left = rng.Below(width);
    box.height = 1 + rng.Below(height - box.top);
    box.width = 1 + rng.Below(width - box.left);
    const Image image = RandomImage(in_height, in_width, trial);
    const Image whole = ResizeBicubic(image, height, width);
    const Image part = ResizeBicubicAndCrop(image, height, width, box);
    ASSERT_EQ(part.height, box.height);
    ASSERT_EQ(part.width, box.width);
    for (int64_t y = 0; y < box.height; ++y) {
      EXPECT_TRUE(std::equal(part.Row(y), part.Row(y) + box.width * 3,
                             whole.Row(box.top + y) + box.left * 3));
    }
  }
}

}  // namespace
}  // namespace maskfill
