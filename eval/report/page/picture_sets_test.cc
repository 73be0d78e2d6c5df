#include "eval/report/page/picture_sets.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_counterfactuals.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_predictions.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

CounterfactualOptions TwoVariants() {
  CounterfactualOptions options;
  options.variants = 2;
  options.image_size = 16;
  options.patch_size = 4;
  return options;
}

// Single fill, which is the default: a masked patch is the donor's, any other
// the image's own.
TEST(PictureSets, SheetsShowEachImageWithItsCounterfactualAndDonor) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"));
  WriteMadeCounterfactuals(JoinPath(dir, "cf"), images, TwoVariants());
  ASSERT_OK_AND_ASSIGN(
      const PictureSets sets,
      PictureSets::Open({JoinPath(dir, "images"), JoinPath(dir, "cf")}));
  ASSERT_OK_AND_ASSIGN(const std::vector<Sheet> sheets, sets.ReadSheets(10, 1));
  ASSERT_EQ(sheets.size(), 1);
  EXPECT_THAT(sets.ReadSheets(10, 0), IsOkAndHolds(testing::IsEmpty()));
  ASSERT_EQ(sheets[0].rows.size(), 10);
  for (const SheetRow& row : sheets[0].rows) {
    const int number = std::stoi(row.preview.id.substr(6));  // "image-7"
    EXPECT_EQ(row.preview.image.pixels[0], number);
    ASSERT_TRUE(row.donor.has_value());
    for (int64_t y = 0; y < 16; ++y) {
      for (int64_t x = 0; x < 16; ++x) {
        const bool masked = row.preview.mask.masked(y / 4 * 4 + x / 4);
        const Image& from = masked ? *row.donor : row.preview.image;
        ASSERT_EQ(row.preview.counterfactual.Row(y)[3 * x], from.Row(y)[3 * x])
            << row.preview.id << " at " << y << ", " << x;
      }
    }
  }
}

TEST(PictureSets, WithoutItsImagesASetIsNotShown) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(JoinPath(dir, "images"));
  WriteMadeCounterfactuals(JoinPath(dir, "cf"), images, TwoVariants());
  ASSERT_OK_AND_ASSIGN(const PictureSets sets,
                       PictureSets::Open({JoinPath(dir, "cf")}));
  EXPECT_THAT(sets.ReadSheets(4, 9), IsOkAndHolds(testing::IsEmpty()));
}

TEST(PictureSets, FindsImagesById) {
  const std::string dir = TestDirectory();
  const RecordSet images = WriteTestImages(dir);
  ASSERT_OK_AND_ASSIGN(const PictureSets sets, PictureSets::Open({dir}));
  const std::string& here = images.manifest().content_fingerprint();
  ASSERT_OK_AND_ASSIGN(
      const auto found,
      sets.ReadImages(here, {"image-9", "image-0", "image-77"}, 16));
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found.at("image-9").pixels[0], 9);
  ASSERT_OK_AND_ASSIGN(const auto small, sets.ReadImages(here, {"image-1"}, 8));
  EXPECT_EQ(small.at("image-1").width, 8);
  EXPECT_THAT(sets.ReadImages("other", {"image-9"}, 16),
              IsOkAndHolds(testing::IsEmpty()));
}

TEST(PictureSets, OtherRecordsAreRefused) {
  const std::string dir = TestDirectory();
  WritePredictions(dir, "a", "b", {{}});
  EXPECT_THAT(PictureSets::Open({dir}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("PredictionRecord")));
}

}  // namespace
}  // namespace maskfill
