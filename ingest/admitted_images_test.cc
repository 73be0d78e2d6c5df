#include "ingest/admitted_images.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ParseImageFormats, IsTheInverseOfToString) {
  for (const char* text :
       {"jpeg,png,webp", "gif", "jpeg,png,webp,gif,bmp,tiff", "webp,tiff"}) {
    ASSERT_OK_AND_ASSIGN(const ImageFormats formats,
                         ParseImageFormats(absl::StrSplit(text, ',')));
    EXPECT_EQ(ToString(formats), text);
  }
  EXPECT_EQ(ToString(AdmittedImages().formats), "jpeg,png,webp");
}

TEST(ParseImageFormats, RefusesOthersAndNone) {
  EXPECT_THAT(ParseImageFormats({"png", "jpg"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"jpg\""), HasSubstr("jpeg, png"))));
  EXPECT_THAT(
      ParseImageFormats({}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("jpeg,png,webp")));
}

TEST(HasImageSuffix, TakesTheUsualOnesInAnyCase) {
  const ImageFormats usual = AdmittedImages().formats;
  for (const char* name : {"a.jpg", "a.JPEG", "a.PnG", "a.webp"}) {
    EXPECT_TRUE(HasImageSuffix(name, usual)) << name;
  }
  for (const char* name : {"a.txt", "a", "jpg", "a.jpg.part", "a.gif"}) {
    EXPECT_FALSE(HasImageSuffix(name, usual)) << name;
  }
  EXPECT_EQ(SuffixesOf(usual), ".jpg .jpeg .png .webp");
}

TEST(HasImageSuffix, GoesByTheFormats) {
  const ImageFormats formats = {ImageFormat::kGif, ImageFormat::kTiff};
  for (const char* name : {"a.gif", "a.TIF", "a.tiff"}) {
    EXPECT_TRUE(HasImageSuffix(name, formats)) << name;
  }
  EXPECT_FALSE(HasImageSuffix("a.png", formats));
  EXPECT_EQ(SuffixesOf(formats), ".gif .tif .tiff");
}

TEST(WithFormatOf, AddsWhatTheNameSays) {
  const ImageFormats png = {ImageFormat::kPng};
  EXPECT_EQ(ToString(WithFormatOf("a.TIF", png)), "png,tiff");
  EXPECT_EQ(WithFormatOf("a.png", png), png);
  EXPECT_EQ(WithFormatOf("a.txt", png), png);
}

TEST(CheckFormat, NamesTheFlagThatAdmitsIt) {
  EXPECT_OK(CheckFormat(ImageFormat::kWebp, AdmittedImages()));
  EXPECT_THAT(CheckFormat(ImageFormat::kGif, AdmittedImages()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("found a GIF image; expected jpeg,png,webp, "
                                 "or give --formats=jpeg,png,webp,gif")));
  EXPECT_OK(CheckFormat(ImageFormat::kGif, {.formats = {ImageFormat::kGif}}));
}

TEST(CheckFrames, NamesTheFlagThatTakesTheFirst) {
  DecodeReport report = {.format = ImageFormat::kWebp};
  EXPECT_OK(CheckFrames(report, AdmittedImages()));
  report.notes.has_more_frames = true;
  EXPECT_THAT(CheckFrames(report, AdmittedImages()),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("a WebP image of several frames"),
                             HasSubstr("--first_frame"))));
  EXPECT_OK(CheckFrames(report, {.first_frame = true}));
}

}  // namespace
}  // namespace maskfill
