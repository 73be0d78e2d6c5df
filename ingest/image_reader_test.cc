#include "ingest/image_reader.h"

#include <algorithm>

#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/record_pixels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/test_images.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

ImageFile FileOf(const std::string& path, const std::string& bytes) {
  return {
      .path = path, .bytes = static_cast<int64_t>(bytes.size()), .label = 2};
}

TEST(ReadImage, KeepsTheBytesOfOriginals) {
  const std::string dir = TestDirectory();
  // A PNG under a JPEG's name, as ImageNet has one.
  WriteTestFile(dir + "/a/1.JPEG", TestPng(1));
  ASSERT_OK_AND_ASSIGN(
      const ReadImageResult result,
      ReadImage(dir, FileOf("a/1.JPEG", TestPng(1)), ImageReadOptions()));
  const v1::ImageRecord& record = result.record;
  EXPECT_EQ(record.schema_version(), 1u);
  EXPECT_EQ(record.id(), "a/1");
  EXPECT_EQ(record.source(), "a/1.JPEG");
  EXPECT_EQ(record.label(), 2);
  EXPECT_EQ(record.encoded().data(), TestPng(1));
  EXPECT_EQ(record.encoded().format(), "png");
  EXPECT_EQ(record.encoded().width(), 10);
  EXPECT_EQ(record.encoded().height(), 8);
}

TEST(ReadImage, PreprocessesToTheSamePixelsAsOriginalsGiveLater) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", TestPng(1));
  const ImageFile file = FileOf("1.png", TestPng(1));
  ASSERT_OK_AND_ASSIGN(const ReadImageResult original,
                       ReadImage(dir, file, ImageReadOptions()));
  ASSERT_OK_AND_ASSIGN(
      const ReadImageResult preprocessed,
      ReadImage(dir, file,
                {.mode = PixelsMode::kPreprocessed, .image_size = 6}));
  EXPECT_EQ(preprocessed.record.pixels().height(), 6);
  ASSERT_OK_AND_ASSIGN(const Image pixels,
                       PixelsFromRecord(preprocessed.record, 6));
  EXPECT_THAT(PixelsFromRecord(original.record, 6), IsOkAndHolds(pixels));
}

TEST(ReadImage, TellsDamageFromOtherFailures) {
  const std::string dir = TestDirectory();
  const std::string cut = TestPng(1).substr(0, 50);
  WriteTestFile(dir + "/1.png", cut);
  for (const PixelsMode mode :
       {PixelsMode::kOriginal, PixelsMode::kPreprocessed}) {
    EXPECT_THAT(ReadImage(dir, FileOf("1.png", cut), {.mode = mode}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is cut")));
  }
  EXPECT_THAT(ReadImage(dir, FileOf("2.png", cut), ImageReadOptions()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadImage(dir, FileOf("1.png", cut + "x"), ImageReadOptions()),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("had 51")));
}

// The pixels of `image` without its two outer rows and columns.
Image Inside(const Image& image) {
  Image inside(image.height - 4, image.width - 4);
  for (int64_t y = 0; y < inside.height; ++y) {
    const uint8_t* row = image.Row(y + 2) + 6;
    std::copy(row, row + 3 * inside.width, inside.Row(y));
  }
  return inside;
}

TEST(ReadImage, CutsTheBorderBeforeAnythingElse) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", TestPng(1));  // 10 x 8 px
  const ImageFile file = FileOf("1.png", TestPng(1));
  ASSERT_OK_AND_ASSIGN(const Image whole, DecodeImage(TestPng(1)));
  ASSERT_OK_AND_ASSIGN(const ReadImageResult original,
                       ReadImage(dir, file, {.border_px = 2}));
  EXPECT_EQ(original.record.encoded().format(), "png");
  EXPECT_EQ(original.record.encoded().width(), 6);
  EXPECT_EQ(original.record.encoded().height(), 4);
  EXPECT_THAT(DecodeImage(original.record.encoded().data()),
              IsOkAndHolds(Inside(whole)));
  ASSERT_OK_AND_ASSIGN(const ReadImageResult preprocessed,
                       ReadImage(dir, file,
                                 {.mode = PixelsMode::kPreprocessed,
                                  .image_size = 4,
                                  .border_px = 2}));
  EXPECT_THAT(PixelsFromRecord(preprocessed.record, 4),
              IsOkAndHolds(ResizeAndCenterCrop(Inside(whole), 4)));
}

TEST(ReadImage, RefusesAnImageThatIsAllBorder) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", TestPng(1));
  EXPECT_THAT(ReadImage(dir, FileOf("1.png", TestPng(1)), {.border_px = 4}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("10 x 8 px")));
}

TEST(ReadImage, CopiesAllLabels) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", TestPng(1));
  ImageFile file = FileOf("1.png", TestPng(1));
  file.other_labels = {7, 5};
  ASSERT_OK_AND_ASSIGN(const ReadImageResult result,
                       ReadImage(dir, file, ImageReadOptions()));
  EXPECT_THAT(result.record.other_labels(), testing::ElementsAre(7, 5));
}

TEST(ParsePixelsMode, IsTheInverseOfToString) {
  for (const PixelsMode mode :
       {PixelsMode::kOriginal, PixelsMode::kPreprocessed}) {
    EXPECT_THAT(ParsePixelsMode(ToString(mode)), IsOkAndHolds(mode));
  }
  EXPECT_THAT(ParsePixelsMode("raw"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
