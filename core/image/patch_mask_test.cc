#include "core/image/patch_mask.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PatchMask, BeginsUnmasked) {
  const PatchMask mask(5);
  EXPECT_EQ(mask.size(), 5);
  EXPECT_EQ(mask.count(), 0);
}

TEST(PatchMask, CountsAndListsMaskedPatches) {
  PatchMask mask(5);
  mask.set(1);
  mask.set(4);
  mask.set(2);
  mask.set(2, false);
  EXPECT_TRUE(mask.masked(1));
  EXPECT_FALSE(mask.masked(2));
  EXPECT_EQ(mask.count(), 2);
  EXPECT_THAT(mask.MaskedPatches(), ElementsAre(1, 4));
}

TEST(PatchMask, StoresTheLeastSignificantBitFirst) {
  PatchMask mask(10);
  mask.set(0);
  mask.set(3);
  mask.set(9);
  EXPECT_EQ(mask.ToBytes(), std::string("\x09\x02", 2));
  EXPECT_THAT(PatchMask::FromBytes(mask.ToBytes(), 10), IsOkAndHolds(mask));
}

TEST(PatchMask, ComplementMasksTheOthers) {
  PatchMask mask(9);
  mask.set(8);
  EXPECT_EQ(mask.Complement().ToBytes(), std::string("\xFF\x00", 2));
  EXPECT_EQ(mask.Complement().Complement(), mask);
}

TEST(PatchMask, RefusesBytesOfAnotherLength) {
  EXPECT_THAT(PatchMask::FromBytes("\x01", 9),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("expected 2")));
}

TEST(PatchMask, RefusesBitsBehindTheLastPatch) {
  EXPECT_THAT(PatchMask::FromBytes("\x20", 5),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("behind its last patch")));
}

}  // namespace
}  // namespace maskfill
