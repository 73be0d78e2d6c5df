#include "core/image/patch_grid.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(PatchGrid, CountsPatches) {
  ASSERT_OK_AND_ASSIGN(const PatchGrid grid, PatchGrid::ForImage(32, 48, 16));
  EXPECT_EQ(grid.rows, 2);
  EXPECT_EQ(grid.cols, 3);
  EXPECT_EQ(grid.num_patches(), 6);
  EXPECT_EQ(grid.height_px(), 32);
  EXPECT_EQ(grid.width_px(), 48);
}

TEST(PatchGrid, NumbersPatchesRowByRow) {
  ASSERT_OK_AND_ASSIGN(const PatchGrid grid, PatchGrid::ForImage(32, 48, 16));
  const PixelBox box = grid.BoxOf(4);  // second row, second column
  EXPECT_EQ(box.top, 16);
  EXPECT_EQ(box.left, 16);
  EXPECT_EQ(box.height, 16);
  EXPECT_EQ(box.width, 16);
}

TEST(PatchGrid, RefusesSizesThatThePatchDoesNotDivide) {
  EXPECT_THAT(PatchGrid::ForImage(224, 224, 30),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("patches of 30 px do not divide")));
  EXPECT_THAT(PatchGrid::ForImage(224, 224, 0),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(PatchGrid::ForImage(0, 224, 16),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
