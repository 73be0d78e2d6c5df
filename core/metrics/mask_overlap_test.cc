#include "core/metrics/mask_overlap.h"

#include <initializer_list>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

PatchMask Patches(std::initializer_list<int64_t> patches) {
  PatchMask mask(5);
  for (const int64_t patch : patches) mask.set(patch);
  return mask;
}

TEST(MaskOverlap, IsThePatchesInBothOfThoseInEither) {
  EXPECT_EQ(CommonPatches(Patches({0, 1, 4}), Patches({1, 2})), 1);
  // {1} of {0, 1, 2, 4}.
  EXPECT_DOUBLE_EQ(IntersectionOverUnion(Patches({0, 1, 4}), Patches({1, 2})),
                   0.25);
  EXPECT_DOUBLE_EQ(IntersectionOverUnion(Patches({3}), Patches({})), 0);
}

TEST(MaskOverlap, OfEmptyMasksIsWhole) {
  EXPECT_DOUBLE_EQ(IntersectionOverUnion(Patches({}), Patches({})), 1);
}

}  // namespace
}  // namespace maskfill
