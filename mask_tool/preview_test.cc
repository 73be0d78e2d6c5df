#include "mask_tool/preview.h"

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

PreviewRow Row(bool with_relevance, int64_t patches_per_side) {
  PreviewRow row;
  row.id = "n01/photo";
  row.grid = PatchGrid{
      .rows = patches_per_side, .cols = patches_per_side, .patch_size_px = 4};
  row.image = Image(row.grid.height_px(), row.grid.width_px());
  row.counterfactual = row.image;
  row.mask = PatchMask(row.grid.num_patches());
  row.mask.set(0);
  if (with_relevance) row.relevance.assign(row.grid.num_patches(), 0.5f);
  return row;
}

TEST(DrawPreview, HasAColumnForRelevanceOnlyWhenThereIsSome) {
  const Image with = DrawPreview({Row(true, 7), Row(true, 7)});
  const Image without = DrawPreview({Row(false, 7), Row(false, 7)});
  EXPECT_EQ(with.height, without.height);
  // Four pictures and three gaps against three and two.
  EXPECT_EQ(with.width - without.width, 224 + 8);
}

TEST(DrawPreview, PutsMoreThanFourRowsIntoTwoBlocks) {
  const std::vector<PreviewRow> rows(5, Row(false, 7));
  const Image four = DrawPreview(absl::MakeConstSpan(rows).first(4));
  const Image five = DrawPreview(rows);
  // A row and a gap less.
  EXPECT_EQ(four.height - five.height, 224 + 8);
  // Three pictures, two gaps and a margin more.
  EXPECT_EQ(five.width - four.width, 3 * 224 + 2 * 8 + 20);
}

TEST(DrawPreview, MakesMaskedPatchesFlat) {
  const Image sheet = DrawPreview({Row(false, 2)});
  // The pictures of the only row begin 20 px from the top and the left; the
  // second one is the mask, whose first patch is 112 px large.
  const uint8_t* masked = sheet.Row(20 + 50) + 3 * (20 + 232 + 50);
  const uint8_t* kept = sheet.Row(20 + 50) + 3 * (20 + 232 + 150);
  EXPECT_NE(masked[0], 0);
  EXPECT_EQ(kept[0], 0);
}

TEST(PreviewCaption, SaysWhatTheSheetShows) {
  EXPECT_EQ(PreviewCaption({Row(true, 2), Row(true, 7)}),
            "image, relevance, mask, counterfactual of\n"
            "  n01/photo (1 of 4 patches masked)\n"
            "  n01/photo (1 of 49 patches masked)");
  EXPECT_EQ(PreviewCaption({Row(false, 2)}),
            "image, mask, counterfactual of\n"
            "  n01/photo (1 of 4 patches masked)");
}

}  // namespace
}  // namespace maskfill
