#include "spurious_shapes/drawing/palette.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

void ExpectRgb(const Rgb& rgb, float red, float green, float blue) {
  EXPECT_NEAR(rgb.channel[0], red, 1e-6);
  EXPECT_NEAR(rgb.channel[1], green, 1e-6);
  EXPECT_NEAR(rgb.channel[2], blue, 1e-6);
}

float ValueOf(const Rgb& rgb) {
  return *std::max_element(rgb.channel, rgb.channel + 3);
}

TEST(Palette, KnowsTheCornersOfHsv) {
  ExpectRgb(FromHsv(0, 1, 1), 1, 0, 0);
  ExpectRgb(FromHsv(1.0f / 6, 1, 1), 1, 1, 0);
  ExpectRgb(FromHsv(1.0f / 3, 1, 1), 0, 1, 0);
  ExpectRgb(FromHsv(0.5f, 1, 1), 0, 1, 1);
  ExpectRgb(FromHsv(2.0f / 3, 1, 1), 0, 0, 1);
  ExpectRgb(FromHsv(5.0f / 6, 1, 1), 1, 0, 1);
  ExpectRgb(FromHsv(0.4f, 0, 0.3f), 0.3f, 0.3f, 0.3f);
  ExpectRgb(FromHsv(0, 0.5f, 0.8f), 0.8f, 0.4f, 0.4f);
  ExpectRgb(FromHsv(1.25f, 1, 1), 0.5f, 1, 0);  // a turn more changes nothing
  ExpectRgb(FromHsv(-0.75f, 1, 1), 0.5f, 1, 0);
}

TEST(Palette, KeepsTheTwoBackgroundColoursApart) {
  for (uint64_t k = 0; k < 500; ++k) {
    CounterRng rng(1, "test", k, "");
    const Palette palette = SamplePalette(Colour::kCyan, &rng);
    EXPECT_GE(std::fabs(ValueOf(palette.background_at_0) -
                        ValueOf(palette.background_at_1)),
              0.179f);
  }
}

TEST(Palette, NamedColoursLookLikeTheirNames) {
  for (uint64_t k = 0; k < 200; ++k) {
    CounterRng rng(1, "test", k, "");
    const Rgb red = SamplePalette(Colour::kRed, &rng).object;
    EXPECT_GT(red.channel[0], red.channel[1] + 0.2f);
    EXPECT_GT(red.channel[0], red.channel[2] + 0.2f);
    const Rgb green = SamplePalette(Colour::kGreen, &rng).object;
    EXPECT_GT(green.channel[1], green.channel[0] + 0.2f);
    EXPECT_GT(green.channel[1], green.channel[2] + 0.2f);
    const Rgb blue = SamplePalette(Colour::kBlue, &rng).object;
    EXPECT_GT(blue.channel[2], blue.channel[0] + 0.2f);
    EXPECT_GT(blue.channel[2], blue.channel[1] + 0.05f);
  }
}

}  // namespace
}  // namespace maskfill
