#include "core/image/image_format.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(ParseImageFormat, IsTheInverseOfToString) {
  for (const ImageFormat format : kImageFormats) {
    EXPECT_THAT(ParseImageFormat(ToString(format)), IsOkAndHolds(format));
  }
  EXPECT_THAT(ParseImageFormat("jpg"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("jpeg, png, webp, gif, bmp, tiff")));
}

TEST(SniffImageFormat, GoesByTheFirstBytes) {
  struct Row {
    absl::string_view bytes;
    ImageFormat format;
  };
  const Row rows[] = {
      {"\xFF\xD8\xFF\xE0", ImageFormat::kJpeg},
      {"\x89PNG\r\n\x1A\n", ImageFormat::kPng},
      {"RIFF....WEBPVP8 ", ImageFormat::kWebp},
      {"GIF87a", ImageFormat::kGif},
      {"GIF89a", ImageFormat::kGif},
      {"BM", ImageFormat::kBmp},
      {{"II*\0", 4}, ImageFormat::kTiff},
      {{"MM\0*", 4}, ImageFormat::kTiff},
      {{"II+\0", 4}, ImageFormat::kTiff},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(SniffImageFormat(row.bytes), IsOkAndHolds(row.format));
    EXPECT_THAT(SniffImageFormat(row.bytes.substr(1)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_THAT(SniffImageFormat("GIF88a"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("first bytes 47 49 46 38 38 61")));
}

}  // namespace
}  // namespace maskfill
