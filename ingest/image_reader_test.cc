#include "ingest/image_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/exif_orientation.h"
#include "core/image/image_format.h"
#include "core/image/record_pixels.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

ImageFile FileOf(const std::string& dir, const std::string& path) {
  const absl::StatusOr<FileStamp> stamp = StampOf(dir + "/" + path);
  EXPECT_OK(stamp);
  return {.path = path, .stamp = *stamp, .label = 2};
}

TEST(ReadImage, KeepsTheBytesOfOriginals) {
  const std::string dir = TestDirectory();
  // A PNG under a JPEG's name, as ImageNet has one.
  WriteTestFile(dir + "/a/1.JPEG", TestPng(1));
  ASSERT_OK_AND_ASSIGN(
      const ReadImageResult result,
      ReadImage(dir, FileOf(dir, "a/1.JPEG"), ImageReadOptions()));
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
  const ImageFile file = FileOf(dir, "1.png");
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
  WriteTestFile(dir + "/1.png", TestPng(1).substr(0, 50));
  ImageFile file = FileOf(dir, "1.png");
  for (const PixelsMode mode :
       {PixelsMode::kOriginal, PixelsMode::kPreprocessed}) {
    EXPECT_THAT(ReadImage(dir, file, {.mode = mode}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is cut")));
  }
  file.path = "2.png";
  EXPECT_THAT(ReadImage(dir, file, ImageReadOptions()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ReadImage, NoticesThatTheFileIsNotTheOneThatWasListed) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", TestPng(1).substr(0, 51));
  const ImageFile cut = FileOf(dir, "1.png");
  WriteTestFile(dir + "/1.png", TestPng(1));
  EXPECT_THAT(ReadImage(dir, cut, ImageReadOptions()),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("had 51")));
  // Of the same size and time.
  const ImageFile file = FileOf(dir, "1.png");
  WriteTestFile(dir + "/1.png", TestPng(1));
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                             {.tv_sec = file.stamp.modified_ns / 1000000000,
                              .tv_nsec = file.stamp.modified_ns % 1000000000}};
  ASSERT_EQ(utimensat(AT_FDCWD, (dir + "/1.png").c_str(), times, 0), 0);
  EXPECT_THAT(ReadImage(dir, file, ImageReadOptions()),
              StatusIs(absl::StatusCode::kAborted));
}

// Opening it would wait for a writer.
TEST(ReadImage, OpensNoFifo) {
  const std::string dir = TestDirectory();
  ASSERT_EQ(mkfifo((dir + "/1.png").c_str(), 0600), 0);
  EXPECT_THAT(ReadImage(dir, FileOf(dir, "1.png"), ImageReadOptions()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is a FIFO")));
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
  const ImageFile file = FileOf(dir, "1.png");
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
  EXPECT_THAT(ReadImage(dir, FileOf(dir, "1.png"), {.border_px = 4}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("10 x 8 px")));
}

// TestPng(1) with an eXIf chunk behind its header, which says `orientation`.
std::string OrientedPng(int orientation) {
  constexpr size_t kHeaderEnd = 8 + 25;
  const std::string chunk = {
      'e', 'X', 'I', 'f', 'M', 'M', 0, '*',
      0,   0,   0,   8,   0,   1,   1, 18,
      0,   3,   0,   0,   0,   1,   0, static_cast<char>(orientation),
      0,   0,   0,   0,   0,   0};
  std::string png = TestPng(1);
  const uint32_t crc =
      crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), chunk.size());
  std::string inserted = {0, 0, 0, static_cast<char>(chunk.size() - 4)};
  inserted += chunk;
  for (int shift = 24; shift >= 0; shift -= 8) {
    inserted += static_cast<char>(crc >> shift);
  }
  return png.insert(kHeaderEnd, inserted);
}

TEST(ReadImage, CountsAndIgnoresOrTurnsRotatedImages) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", OrientedPng(6));
  WriteTestFile(dir + "/2.png", OrientedPng(1));
  const ImageFile file = FileOf(dir, "1.png");
  ASSERT_OK_AND_ASSIGN(const Image stored, DecodeImage(TestPng(1)));
  ASSERT_OK_AND_ASSIGN(const ReadImageResult ignored,
                       ReadImage(dir, file, ImageReadOptions()));
  EXPECT_TRUE(ignored.exif_rotated);
  EXPECT_EQ(ignored.record.encoded().data(), OrientedPng(6));
  ASSERT_OK_AND_ASSIGN(const ReadImageResult applied,
                       ReadImage(dir, file, {.exif = ExifMode::kApply}));
  EXPECT_EQ(applied.record.encoded().format(), "png");
  EXPECT_EQ(applied.record.encoded().width(), 8);
  EXPECT_EQ(applied.record.encoded().height(), 10);
  EXPECT_THAT(DecodeImage(applied.record.encoded().data()),
              IsOkAndHolds(ApplyOrientation(stored, 6)));
  // An upright one keeps its bytes.
  ASSERT_OK_AND_ASSIGN(
      const ReadImageResult upright,
      ReadImage(dir, FileOf(dir, "2.png"), {.exif = ExifMode::kApply}));
  EXPECT_FALSE(upright.exif_rotated);
  EXPECT_EQ(upright.record.encoded().data(), OrientedPng(1));
}

TEST(ReadImage, TakesOtherFormatsOnRequest) {
  const std::string dir = TestDirectory();
  for (const char* name : {"rgb.bmp", "palette.gif", "lzw.tiff"}) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes,
                         ReadFile(JoinPath("core/image/testdata", name)));
    WriteTestFile(JoinPath(dir, name), bytes);
    const ImageFile file = FileOf(dir, name);
    const absl::string_view suffix =
        absl::string_view(name).substr(absl::string_view(name).find('.') + 1);
    EXPECT_THAT(
        ReadImage(dir, file, ImageReadOptions()),
        StatusIs(absl::StatusCode::kDataLoss,
                 HasSubstr(absl::StrCat("--formats=jpeg,png,webp,", suffix))));
    ASSERT_OK_AND_ASSIGN(const ImageFormat format, ParseImageFormat(suffix));
    ASSERT_OK_AND_ASSIGN(
        const ReadImageResult result,
        ReadImage(dir, file, {.admitted = {.formats = {format}}}));
    EXPECT_EQ(result.record.encoded().format(), suffix);
    EXPECT_EQ(result.record.encoded().data(), bytes);
    EXPECT_EQ(result.record.encoded().width(), 16);
    // The record needs no flag.
    ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(bytes));
    EXPECT_THAT(PixelsFromRecord(result.record, 8),
                IsOkAndHolds(ResizeAndCenterCrop(image, 8)));
  }
}

TEST(ReadImage, TakesTheFirstFrameOnRequest) {
  const std::string dir = TestDirectory();
  AdmittedImages admitted;
  admitted.formats.insert({ImageFormat::kGif, ImageFormat::kTiff});
  AdmittedImages first = admitted;
  first.first_frame = true;
  for (const char* name : {"animated.webp", "animated.gif", "pages.tiff"}) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes,
                         ReadFile(JoinPath("core/image/testdata", name)));
    WriteTestFile(JoinPath(dir, name), bytes);
    const ImageFile file = FileOf(dir, name);
    EXPECT_THAT(
        ReadImage(dir, file, {.admitted = admitted}),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr("--first_frame")))
        << name;
    ASSERT_OK_AND_ASSIGN(const ReadImageResult result,
                         ReadImage(dir, file, {.admitted = first}));
    EXPECT_TRUE(result.has_more_frames);
    EXPECT_EQ(result.record.encoded().data(), bytes);
  }
}

TEST(ReadImage, TellsWhatIsNoFile) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(ReadImage(dir, {.path = "1.png"}, ImageReadOptions()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is missing")));
  EXPECT_THAT(
      ReadImage(dir, {.path = "1.png", .stamp = {.type = S_IFLNK}},
                ImageReadOptions()),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is a link to nothing")));
  EXPECT_THAT(ReadImage(dir, {.path = "\xE4.png"}, ImageReadOptions()),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no UTF-8")));
}

TEST(ReadImage, CopiesAllLabels) {
  const std::string dir = TestDirectory();
  WriteTestFile(dir + "/1.png", TestPng(1));
  ImageFile file = FileOf(dir, "1.png");
  file.other_labels = {7, 5};
  ASSERT_OK_AND_ASSIGN(const ReadImageResult result,
                       ReadImage(dir, file, ImageReadOptions()));
  EXPECT_THAT(result.record.other_labels(), testing::ElementsAre(7, 5));
}

TEST(ParseExifMode, IsTheInverseOfToString) {
  for (const ExifMode mode : {ExifMode::kIgnore, ExifMode::kApply}) {
    EXPECT_THAT(ParseExifMode(ToString(mode)), IsOkAndHolds(mode));
  }
  EXPECT_THAT(ParseExifMode("rotate"),
              StatusIs(absl::StatusCode::kInvalidArgument));
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
