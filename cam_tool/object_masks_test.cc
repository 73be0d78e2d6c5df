#include "cam_tool/object_masks.h"

#include <sys/stat.h>

#include <algorithm>
#include <functional>
#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/encode_png.h"
#include "core/image/image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A grey PNG of size x size px.
void WriteMask(const std::string& path, int64_t size,
               const std::function<uint8_t(int64_t y, int64_t x)>& value) {
  Image mask(size, size);
  for (int64_t y = 0; y < size; ++y) {
    for (int64_t x = 0; x < size; ++x) {
      for (int c = 0; c < 3; ++c) mask.Row(y)[3 * x + c] = value(y, x);
    }
  }
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(mask));
  ASSERT_OK(MakeDirectories(Dirname(path)));
  ASSERT_OK(WriteFileAtomically(path, png));
}

TEST(ObjectMasks, CountPatchesOfWhichMoreThanAQuarterIsCovered) {
  const std::string dir = TestDirectory();
  // 2 x 2 patches of 4 x 4 px. Whole pixels covered: of patch 0 all 16, of
  // patch 1 four (a quarter, not more), of patch 2 five, of patch 3 four and
  // of a fifth one a sample (64).
  WriteMask(dir + "/a/1.png", 8, [](int64_t y, int64_t x) -> uint8_t {
    const int64_t in_patch = y % 4 * 4 + x % 4;
    const int64_t patch = y / 4 * 2 + x / 4;
    if (patch == 0) return 255;
    if (patch == 3 && in_patch == 4) return 64;
    return in_patch < (patch == 2 ? 5 : 4) ? 255 : 0;
  });
  ASSERT_OK_AND_ASSIGN(const ObjectMasks masks,
                       ObjectMasks::Open({.dir = dir}, "a/1"));
  ASSERT_OK_AND_ASSIGN(const PatchMask object, masks.Read("a/1", 2, 2));
  EXPECT_THAT(object.MaskedPatches(), ElementsAre(0, 2, 3));
  // 5 of 16 are covered at most, but for patch 0.
  ASSERT_OK_AND_ASSIGN(
      const ObjectMasks half,
      ObjectMasks::Open({.dir = dir, .object_coverage = 0.5}, "a/1"));
  ASSERT_OK_AND_ASSIGN(const PatchMask mostly, half.Read("a/1", 2, 2));
  EXPECT_THAT(mostly.MaskedPatches(), ElementsAre(0));
}

TEST(ObjectMasks, CutTheBorderOff) {
  const std::string dir = TestDirectory();
  // 4 x 4 px in a border of 2; covered is the column right of the middle.
  WriteMask(dir + "/1.png", 8, [](int64_t y, int64_t x) -> uint8_t {
    return y >= 2 && y < 6 && x == 4 ? 255 : 0;
  });
  ASSERT_OK_AND_ASSIGN(const ObjectMasks masks,
                       ObjectMasks::Open({.dir = dir, .border_px = 2}, "1"));
  ASSERT_OK_AND_ASSIGN(const PatchMask object, masks.Read("1", 2, 2));
  EXPECT_THAT(object.MaskedPatches(), ElementsAre(1, 3));
}

TEST(ObjectMasks, AreFoundInTheFolderOfTheSet) {
  const std::string dir = TestDirectory();
  const auto all = [](int64_t, int64_t) -> uint8_t { return 255; };
  WriteMask(dir + "/ILSVRC2012/train/ring/1.png", 4, all);
  WriteMask(dir + "/sketch/ring/2.png", 4, all);
  ASSERT_OK_AND_ASSIGN(const ObjectMasks masks,
                       ObjectMasks::Open({.dir = dir}, "train/ring/1"));
  ASSERT_OK_AND_ASSIGN(const PatchMask object,
                       masks.Read("train/ring/1", 2, 2));
  EXPECT_EQ(object.count(), 4);
  EXPECT_THAT(masks.Read("ring/2", 2, 2),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ObjectMasks, SayWhatIsMissing) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(ObjectMasks::Open({.dir = dir}, "train/ring/1"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(dir + "/train/ring/1.png"),
                             HasSubstr("make_spurious_shapes"))));
  EXPECT_THAT(
      ObjectMasks::Open({.dir = dir + "/none"}, "1"),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none\" (--masks)")));
}

TEST(ObjectMasks, AreNoPicturesAndNoPipes) {
  const std::string dir = TestDirectory();
  Image picture(4, 4);
  picture.Row(2)[3 * 1 + 2] = 7;
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(picture));
  ASSERT_OK(WriteFileAtomically(dir + "/1.png", png));
  ASSERT_EQ(mkfifo((dir + "/2.png").c_str(), 0600), 0);
  ASSERT_OK_AND_ASSIGN(const ObjectMasks masks,
                       ObjectMasks::Open({.dir = dir}, "1"));
  EXPECT_THAT(masks.Read("1", 2, 2),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("colour 0 0 7 in column 1 of row 2"),
                             HasSubstr("expected a grey mask"))));
  EXPECT_THAT(masks.Read("2", 2, 2),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("2.png\" is no regular file")));
}

TEST(ObjectMasks, RefuseIdsThatLeadElsewhere) {
  const std::string dir = TestDirectory();
  WriteMask(dir + "/masks/1.png", 8, [](int64_t, int64_t) { return 255; });
  WriteMask(dir + "/2.png", 8, [](int64_t, int64_t) { return 255; });
  ASSERT_OK_AND_ASSIGN(const ObjectMasks masks,
                       ObjectMasks::Open({.dir = dir + "/masks"}, "1"));
  EXPECT_OK(masks.Read("1", 2, 2).status());
  for (const std::string& id : {std::string("../2"), dir + "/2"}) {
    EXPECT_THAT(masks.Read(id, 2, 2).status(),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(id)));
    EXPECT_THAT(ObjectMasks::Open({.dir = dir + "/masks"}, id).status(),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(id)));
  }
}

TEST(ObjectMasks, OfAnySizeAreCutToTheSquareInTheMiddle) {
  const std::string dir = TestDirectory();
  // 5 x 9 px: the middle are columns 2 to 6, of which patches 0 and 1 get 2 and
  // 3 of each row's. Covered are the columns up to 3.
  Image mask(5, 9);
  for (int64_t y = 0; y < 5; ++y) {
    std::fill(mask.Row(y), mask.Row(y) + 3 * 4, uint8_t{255});
  }
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(mask));
  ASSERT_OK(WriteFileAtomically(dir + "/1.png", png));
  ASSERT_OK_AND_ASSIGN(
      const ObjectMasks masks,
      ObjectMasks::Open({.dir = dir, .object_coverage = 0}, "1"));
  ASSERT_OK_AND_ASSIGN(const PatchMask object, masks.Read("1", 2, 2));
  EXPECT_THAT(object.MaskedPatches(), ElementsAre(0, 2));
}

TEST(ObjectMasks, RefuseFewerPixelsThanPatches) {
  const std::string dir = TestDirectory();
  WriteMask(dir + "/1.png", 10, [](int64_t, int64_t) -> uint8_t { return 0; });
  ASSERT_OK_AND_ASSIGN(const ObjectMasks masks,
                       ObjectMasks::Open({.dir = dir, .border_px = 2}, "1"));
  EXPECT_THAT(masks.Read("1", 7, 7),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("10 x 10 px"), HasSubstr("7 x 7"))));
}

}  // namespace
}  // namespace maskfill
