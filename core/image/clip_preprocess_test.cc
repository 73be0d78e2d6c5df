#include "core/image/clip_preprocess.h"

#include "core/image/resize.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

// Red counts columns, green rows.
Image Ramp(int64_t height, int64_t width) {
  Image image(height, width);
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      image.Row(y)[x * 3] = x;
      image.Row(y)[x * 3 + 1] = y;
    }
  }
  return image;
}

TEST(ResizeAndCenterCrop, OnlyCropsWhenTheShortSideFits) {
  // (20 - 15) / 2 = 2.5, which rounds to the even 2.
  Image image = ResizeAndCenterCrop(Ramp(15, 20), 15);
  EXPECT_EQ(image.Row(0)[0], 2);
  EXPECT_EQ(image.Row(0)[1], 0);
  // (22 - 15) / 2 = 3.5, which rounds to the even 4: here rounding down (as
  // Hugging Face does) would give 3.
  image = ResizeAndCenterCrop(Ramp(22, 15), 15);
  EXPECT_EQ(image.Row(0)[0], 0);
  EXPECT_EQ(image.Row(0)[1], 4);
}

TEST(ResizeAndCenterCrop, TruncatesTheLongSide) {
  // 10 * 29 / 15 = 19.33: 19, offset (19 - 10) / 2 = 4.5 to 4.
  const Image image = Ramp(15, 29);
  EXPECT_EQ(
      ResizeAndCenterCrop(image, 10),
      ResizeBicubicAndCrop(image, 10, 19,
                           {.top = 0, .left = 4, .height = 10, .width = 10}));
}

TEST(ResizeAndCenterCrop, GivesASquareOfAnyShape) {
  for (const auto& [height, width] :
       {std::pair<int64_t, int64_t>{1, 1}, {1, 200}, {200, 1}, {7, 7}}) {
    const Image image = ResizeAndCenterCrop(Ramp(height, width), 16);
    EXPECT_EQ(image.height, 16);
    EXPECT_EQ(image.width, 16);
    EXPECT_EQ(image.pixels.size(), 16u * 16 * 3);
  }
}

}  // namespace
}  // namespace maskfill
