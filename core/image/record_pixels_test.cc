#include "core/image/record_pixels.h"

#include "core/base/files.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ImageFromPixelBlock, ComesBackAsTheSamePixels) {
  Image image(2, 3);
  image.pixels[7] = 200;
  EXPECT_THAT(ImageFromPixelBlock(ToPixelBlock(image)), IsOkAndHolds(image));
}

TEST(ImageFromPixelBlock, RefusesSizesThatDoNotFitTheBytes) {
  v1::PixelBlock block = ToPixelBlock(Image(2, 3));
  block.set_height(3);
  EXPECT_THAT(ImageFromPixelBlock(block),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("expected 27")));
  block.set_height(-2);
  block.set_width(-3);
  EXPECT_THAT(ImageFromPixelBlock(block),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(PixelsFromRecord, GivesPreprocessedPixelsAsTheyAre) {
  Image image(4, 4);
  image.pixels[5] = 9;
  v1::ImageRecord record;
  *record.mutable_pixels() = ToPixelBlock(image);
  EXPECT_THAT(PixelsFromRecord(record, 4), IsOkAndHolds(image));
}

TEST(PixelsFromRecord, SaysWhichSizeIsNeeded) {
  v1::ImageRecord record;
  record.set_id("cats/7");
  *record.mutable_pixels() = ToPixelBlock(Image(4, 4));
  EXPECT_THAT(
      PixelsFromRecord(record, 8),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("cats/7"), HasSubstr("--image_size=8"))));
}

TEST(PixelsFromRecord, DecodesOriginalFiles) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       ReadFile("core/image/testdata/rgb.jpg"));
  v1::ImageRecord record;
  record.mutable_encoded()->set_data(bytes);
  ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(bytes));
  EXPECT_THAT(PixelsFromRecord(record, 8),
              IsOkAndHolds(ResizeAndCenterCrop(image, 8)));
}

TEST(PixelsFromRecord, ReportsDataLossForADamagedFileAndForNoPayload) {
  v1::ImageRecord record;
  record.set_id("cats/7");
  EXPECT_THAT(PixelsFromRecord(record, 8),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cats/7")));
  record.mutable_encoded()->set_data("GIF89a");  // and no more
  EXPECT_THAT(PixelsFromRecord(record, 8),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("cats/7"), HasSubstr("GIF"))));
}

}  // namespace
}  // namespace maskfill
