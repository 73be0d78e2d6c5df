#include "mask_tool/bitmap_text.h"

#include <string>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

// The image's dots as text, one line per row.
std::string Dots(const Image& image) {
  std::string dots;
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      dots += image.Row(y)[3 * x] != 0 ? '#' : '.';
    }
    dots += '\n';
  }
  return dots;
}

TEST(DrawText, DrawsLetters) {
  Image image(8, 12);
  DrawText("Tl", 0, 0, 1, {255, 255, 255}, &image);
  EXPECT_EQ(Dots(image),
            "#####..##...\n"
            "..#.....#...\n"
            "..#.....#...\n"
            "..#.....#...\n"
            "..#.....#...\n"
            "..#.....#...\n"
            "..#....###..\n"
            "............\n");
}

TEST(DrawText, CutsOffWhatLiesOutside) {
  Image image(5, 5);
  DrawText("HHH", -3, -3, 4, {255, 255, 255}, &image);
  DrawText("HHH", 4, 4, 4, {255, 255, 255}, &image);
  EXPECT_EQ(TextWidth("HHH", 4), 72);
}

TEST(DrawText, DrawsAQuestionMarkForWhatItDoesNotKnow) {
  Image unknown(9, 6);
  DrawText("\xc3", 0, 0, 1, {255, 255, 255}, &unknown);
  Image expected(9, 6);
  DrawText("?", 0, 0, 1, {255, 255, 255}, &expected);
  EXPECT_EQ(unknown, expected);
}

}  // namespace
}  // namespace maskfill
