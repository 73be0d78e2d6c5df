#include "core/draw/panels.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

std::vector<int> PixelAt(const Image& image, int64_t y, int64_t x) {
  return {image.Row(y) + 3 * x, image.Row(y) + 3 * x + 3};
}

TEST(RelevancePanel, RunsFromBlackToPaleYellow) {
  const PatchGrid grid{.rows = 1, .cols = 2};
  // White at the left end: 0.4 * 255 + 0.6 * (0, 0, 4); black at the right:
  // 0.6 * (252, 253, 191). Outside the centres the outer patch counts.
  Image picture(1, 8);
  std::fill_n(picture.pixels.begin(), 3, uint8_t{255});
  const Image panel = RelevancePanel(picture, grid, {0.0f, 1.0f});
  EXPECT_THAT(PixelAt(panel, 0, 0), ElementsAre(102, 102, 104));
  EXPECT_THAT(PixelAt(panel, 0, 7), ElementsAre(151, 152, 115));
}

TEST(RelevancePanel, IsBilinearBetweenTheCentres) {
  const PatchGrid grid{.rows = 2, .cols = 1};
  // Centres at 0.5 and 1.5 of two patches; pixel 1 of 3 lies halfway between,
  // where the middle of five stops is due: 0.6 * (183, 55, 121).
  const Image panel = RelevancePanel(Image(3, 1), grid, {0.0f, 1.0f});
  EXPECT_THAT(PixelAt(panel, 1, 0), ElementsAre(110, 33, 73));
}

TEST(MaskPanel, MakesMaskedPatchesFlatWithALineAroundThem) {
  const PatchGrid grid{.rows = 1, .cols = 2};
  PatchMask mask(2);
  mask.set(1);
  const Image panel = MaskPanel(Image(3, 6), grid, mask);
  EXPECT_THAT(PixelAt(panel, 1, 2), ElementsAre(0, 0, 0));
  EXPECT_THAT(PixelAt(panel, 1, 3), ElementsAre(78, 84, 96));
  EXPECT_THAT(PixelAt(panel, 0, 4), ElementsAre(78, 84, 96));
  EXPECT_THAT(PixelAt(panel, 1, 4), ElementsAre(58, 62, 72));
}

TEST(Panels, TakeGridsThatDoNotDivideThePicture) {
  const Image picture(10, 10);
  for (const int64_t side : {1, 3, 16}) {
    const PatchGrid grid{.rows = side, .cols = side};
    const std::vector<float> relevance(grid.num_patches(), 0.5f);
    EXPECT_EQ(RelevancePanel(picture, grid, relevance).width, 10);
    EXPECT_EQ(MaskPanel(picture, grid, PatchMask(side * side)), picture);
  }
}

TEST(Paste, RepeatsPixels) {
  Image panel(1, 2);
  panel.pixels = {1, 2, 3, 4, 5, 6};
  Image sheet = EmptySheet(3, 5);
  Paste(panel, 1, 1, 2, &sheet);
  EXPECT_THAT(PixelAt(sheet, 0, 1), ElementsAre(255, 255, 255));
  EXPECT_THAT(PixelAt(sheet, 1, 0), ElementsAre(255, 255, 255));
  for (const int64_t y : {1, 2}) {
    EXPECT_THAT(PixelAt(sheet, y, 1), ElementsAre(1, 2, 3));
    EXPECT_THAT(PixelAt(sheet, y, 2), ElementsAre(1, 2, 3));
    EXPECT_THAT(PixelAt(sheet, y, 4), ElementsAre(4, 5, 6));
  }
}

}  // namespace
}  // namespace maskfill
