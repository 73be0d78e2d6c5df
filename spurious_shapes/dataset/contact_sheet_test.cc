#include "spurious_shapes/dataset/contact_sheet.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "spurious_shapes/picture.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

// Cells of 60 x 60, twenty by ten.
TEST(ContactSheet, ShowsEverySetInItsRow) {
  const Image sheet = MakeContactSheet(0, 0.95, 56, 1);
  ASSERT_EQ(sheet.width, 20 * 60);
  ASSERT_EQ(sheet.height, 10 * 60);
  Renderer renderer(56);
  for (int row = 0; row < kNumSuites; ++row) {
    // Column 3: the second picture of class 1, index 11.
    const Picture picture = TakePicture(
        SampleSuiteScene(static_cast<Suite>(row), 0.95, 0, 11), 0, &renderer);
    for (int64_t y = 0; y < 56; ++y) {
      EXPECT_TRUE(std::equal(picture.image.Row(y),
                             picture.image.Row(y) + 3 * 56,
                             sheet.Row(row * 60 + 2 + y) + 3 * (3 * 60 + 2)))
          << row << " " << y;
    }
  }
}

TEST(ContactSheet, FramesObjectNetInRedAndOthersInWhite) {
  const Image sheet = MakeContactSheet(0, 0.95, 56, 1);
  for (int row = 0; row < 10; ++row) {
    const uint8_t* corner = sheet.Row(row * 60);
    EXPECT_EQ(corner[0], 255);
    const int green = row == static_cast<int>(Suite::kObjectNet) ? 0 : 255;
    EXPECT_EQ(corner[1], green) << row;
  }
}

TEST(ContactSheet, ZoomsByRepeatingPixels) {
  const Image once = MakeContactSheet(0, 0.95, 16, 1);
  const Image twice = MakeContactSheet(0, 0.95, 16, 2);
  ASSERT_EQ(twice.width, 2 * once.width);
  for (int64_t y = 0; y < twice.height; ++y) {
    for (int64_t x = 0; x < 3 * twice.width; ++x) {
      ASSERT_EQ(twice.Row(y)[x], once.Row(y / 2)[x / 6 * 3 + x % 3]);
    }
  }
}

}  // namespace
}  // namespace maskfill
