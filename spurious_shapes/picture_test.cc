#include "spurious_shapes/picture.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

TEST(Picture, HasARedBorderAroundTheUntouchedScene) {
  Renderer renderer(56);
  const Scene scene = SampleSuiteScene(Suite::kObjectNet, 0.95, 0, 5);
  const Picture plain = TakePicture(scene, 0, &renderer);
  const Picture framed = TakePicture(scene, 2, &renderer);
  ASSERT_EQ(plain.image.height, 56);
  ASSERT_EQ(framed.image.height, 60);
  ASSERT_EQ(framed.image.width, 60);
  ASSERT_EQ(framed.mask.size(), 60u * 60);
  for (int64_t y = 0; y < 60; ++y) {
    for (int64_t x = 0; x < 60; ++x) {
      const uint8_t* pixel = framed.image.Row(y) + 3 * x;
      if (y < 2 || y >= 58 || x < 2 || x >= 58) {
        EXPECT_EQ(pixel[0], 255);
        EXPECT_EQ(pixel[1], 0);
        EXPECT_EQ(pixel[2], 0);
        EXPECT_EQ(framed.mask[y * 60 + x], 0);
      } else {
        const uint8_t* inner = plain.image.Row(y - 2) + 3 * (x - 2);
        EXPECT_TRUE(std::equal(pixel, pixel + 3, inner));
        EXPECT_EQ(framed.mask[y * 60 + x], plain.mask[(y - 2) * 56 + x - 2]);
      }
    }
  }
}

}  // namespace
}  // namespace maskfill
