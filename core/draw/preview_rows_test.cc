#include "core/draw/preview_rows.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

TEST(PreviewPositions, SpreadOverTheOrderBeforeDealing) {
  // Ten images dealt to two shards: shard 0 has 0 2 4 6 8 at positions 0 to 4,
  // shard 1 has 1 3 5 7 9 at 5 to 9. Of them 0, 3 and 6 (of 3.3 and 6.7).
  EXPECT_THAT(PreviewPositions({0, 5, 10}, 3), ElementsAre(0, 6, 3));
}

TEST(PreviewPositions, AreAllOfASmallSet) {
  EXPECT_THAT(PreviewPositions({0, 2, 3}, 8), ElementsAre(0, 2, 1));
  EXPECT_THAT(PreviewPositions({0, 0, 1}, 8), ElementsAre(0));
  EXPECT_THAT(PreviewPositions({0}, 8), ElementsAre());
}

TEST(PreviewRow, HasPixelsOnlyWhereTheRecordHasThem) {
  v1::ImageRecord image;
  image.set_id("a");
  image.mutable_pixels()->set_height(4);
  image.mutable_pixels()->set_width(4);
  image.mutable_pixels()->set_data(std::string(48, 'x'));
  v1::CounterfactualRecord recipe;
  recipe.set_grid_height(2);
  recipe.set_grid_width(2);
  recipe.set_mask(std::string(1, 5));
  ASSERT_OK_AND_ASSIGN(const PreviewRow row,
                       ToPreviewRow(image, nullptr, recipe, 4));
  EXPECT_THAT(row.mask.MaskedPatches(), ElementsAre(0, 2));
  EXPECT_TRUE(row.counterfactual.pixels.empty());
  EXPECT_TRUE(row.relevance.empty());
  *recipe.mutable_pixels() = image.pixels();
  ASSERT_OK_AND_ASSIGN(const PreviewRow made,
                       ToPreviewRow(image, nullptr, recipe, 4));
  EXPECT_EQ(made.counterfactual, row.image);
}

}  // namespace
}  // namespace maskfill
