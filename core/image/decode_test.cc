#include "core/image/decode.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string TestFile(absl::string_view name) {
  absl::StatusOr<std::string> bytes =
      ReadFile(absl::StrCat("core/image/testdata/", name));
  EXPECT_OK(bytes);
  return *std::move(bytes);
}

const std::vector<std::string>& GoodFiles() {
  static const auto* files = new std::vector<std::string>{
      "rgb.jpg",       "progressive.jpg", "cmyk.jpg",      "grey.jpg",
      "rgb.png",       "rgba.png",        "palette.png",   "lossy.webp",
      "lossless.webp", "alpha.webp",      "animated.webp", "palette.gif",
      "animated.gif",  "rgb.bmp",         "palette.bmp",   "runs.bmp",
      "rgb.tiff",      "rgba.tiff",       "cmyk.tiff",     "packbits.tiff",
      "lzw.tiff",      "deflate.tiff",    "jpeg.tiff",     "fax.tiff"};
  return *files;
}

// Bytewise equality with Pillow is tested in tests/parity.
TEST(DecodeImage, ReadsEveryFormatByContent) {
  for (const std::string& name : GoodFiles()) {
    SCOPED_TRACE(name);
    DecodeReport report;
    ASSERT_OK_AND_ASSIGN(const Image image,
                         DecodeImage(TestFile(name), {}, &report));
    EXPECT_EQ(image.width, 16);
    EXPECT_EQ(image.height, 12);
    EXPECT_EQ(image.pixels.size(), 16u * 12 * 3);
    EXPECT_EQ(report.notes.warnings, 0);
    EXPECT_EQ(report.notes.has_more_frames,
              absl::StrContains(name, "animated"));
    const absl::string_view suffix =
        absl::string_view(name).substr(name.find('.') + 1);
    EXPECT_EQ(ToString(report.format), suffix == "jpg" ? "jpeg" : suffix);
  }
}

TEST(DecodeImage, DropsAlphaWithoutCompositing) {
  ASSERT_OK_AND_ASSIGN(const Image opaque, DecodeImage(TestFile("rgb.png")));
  EXPECT_THAT(DecodeImage(TestFile("rgba.png")), IsOkAndHolds(opaque));
  EXPECT_THAT(DecodeImage(TestFile("lossless.webp")), IsOkAndHolds(opaque));
  EXPECT_THAT(DecodeImage(TestFile("rgba.tiff")), IsOkAndHolds(opaque));
}

TEST(DecodeImage, ReadsTheSamePixelsFromEveryLosslessFormat) {
  ASSERT_OK_AND_ASSIGN(const Image rgb, DecodeImage(TestFile("rgb.png")));
  for (const char* name :
       {"rgb.bmp", "rgb.tiff", "lzw.tiff", "deflate.tiff", "pages.tiff"}) {
    EXPECT_THAT(DecodeImage(TestFile(name)), IsOkAndHolds(rgb)) << name;
  }
  ASSERT_OK_AND_ASSIGN(const Image few, DecodeImage(TestFile("palette.bmp")));
  for (const char* name : {"runs.bmp", "packbits.tiff"}) {
    EXPECT_THAT(DecodeImage(TestFile(name)), IsOkAndHolds(few)) << name;
  }
}

TEST(DecodeImage, TakesTheFirstFrame) {
  ASSERT_OK_AND_ASSIGN(const Image still, DecodeImage(TestFile("palette.gif")));
  EXPECT_THAT(DecodeImage(TestFile("animated.gif")), IsOkAndHolds(still));
  DecodeReport report;
  ASSERT_OK_AND_ASSIGN(const Image page, DecodeImage(TestFile("rgb.tiff")));
  EXPECT_THAT(DecodeImage(TestFile("pages.tiff"), {}, &report),
              IsOkAndHolds(page));
  EXPECT_TRUE(report.notes.has_more_frames);
}

TEST(DecodeImage, TakesColoursThatAPaletteLacksAsBlack) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       DecodeImage(TestFile("palette_too_short.png")));
  EXPECT_THAT(image.pixels, ElementsAre(10, 20, 30, 40, 50, 60, 0, 0, 0));
}

TEST(DecodeImage, ReportsDataLossWhenCutAnywhere) {
  for (const std::string& name : GoodFiles()) {
    const std::string bytes = TestFile(name);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THAT(DecodeImage(absl::string_view(bytes).substr(0, size)),
                  StatusIs(absl::StatusCode::kDataLoss))
          << name << " cut to " << size << " of " << bytes.size() << " bytes";
    }
  }
}

TEST(DecodeImage, SaysThatACutFileIsCut) {
  for (const char* name :
       {"rgb.jpg", "progressive.jpg", "rgb.png", "lossy.webp"}) {
    const std::string bytes = TestFile(name);
    EXPECT_THAT(
        DecodeImage(absl::string_view(bytes).substr(0, bytes.size() - 2)),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is cut")))
        << name;
  }
}

TEST(DecodeImage, ToleratesBytesBehindTheImage) {
  for (const std::string& name : GoodFiles()) {
    ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(TestFile(name)));
    EXPECT_THAT(DecodeImage(TestFile(name) + "trailing"), IsOkAndHolds(image))
        << name;
  }
}

TEST(DecodeImage, RefusesAPngWithAnyWrongBit) {
  const std::string bytes = TestFile("rgb.png");
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] ^= static_cast<char>(1 << bit);
      EXPECT_THAT(DecodeImage(flipped), StatusIs(absl::StatusCode::kDataLoss))
          << "bit " << bit << " of byte " << i;
    }
  }
}

TEST(DecodeImage, CountsWhatLibjpegMends) {
  // Stray bytes before the end-of-image marker: a warning, no lost pixels.
  std::string bytes = TestFile("rgb.jpg");
  ASSERT_OK_AND_ASSIGN(const Image image, DecodeImage(bytes));
  bytes.insert(bytes.size() - 2, "stray");
  DecodeReport report;
  EXPECT_THAT(DecodeImage(bytes, {}, &report), IsOkAndHolds(image));
  EXPECT_EQ(report.notes.warnings, 1);
}

TEST(DecodeImage, NeverFillsMissingPixelsWithGrey) {
  // Cut, and ended with an end-of-image marker all the same.
  std::string tiff = TestFile("jpeg.tiff");
  tiff.replace(tiff.find("\xff\xd9") - 12, 2, "\xff\xd9");
  EXPECT_THAT(DecodeImage(tiff),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("premature end of data segment")));
  for (const char* name : {"rgb.jpg", "grey.jpg", "cmyk.jpg"}) {
    const std::string bytes = TestFile(name);
    const std::string cut = bytes.substr(0, bytes.size() * 9 / 10);
    EXPECT_THAT(DecodeImage(cut + "\xff\xd9"),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("premature end of data segment")))
        << name;
  }
}

TEST(DecodeImage, RefusesATemMarkerAsPillowDoes) {
  // A damaged marker of a segment that libjpeg could do without.
  std::string bytes = TestFile("rgb.jpg");
  bytes[3] = '\x01';
  EXPECT_THAT(DecodeImage(bytes), StatusIs(absl::StatusCode::kDataLoss,
                                           HasSubstr("marker type 0x01")));
}

TEST(DecodeImage, RefusesAWebpWhoseChunksDoNotFillIt) {
  std::string bytes = TestFile("lossy.webp");
  bytes[16] -= 2;  // the size of the image's chunk
  EXPECT_THAT(DecodeImage(bytes), StatusIs(absl::StatusCode::kDataLoss,
                                           HasSubstr("its chunks make")));
}

TEST(DecodeImage, NamesTheFormatThatItFound) {
  EXPECT_THAT(DecodeImage("%PDF-1.4"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("found a PDF document; expected a JPEG, PNG, "
                                 "WebP, GIF, BMP or TIFF image")));
  EXPECT_THAT(DecodeImage("<!DOCTYPE html><title>404</title>"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("an HTML page")));
  EXPECT_THAT(DecodeImage(absl::string_view("\0\0\0\x1C"
                                            "ftypavif",
                                            12)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("'avif'")));
  EXPECT_THAT(DecodeImage(""), StatusIs(absl::StatusCode::kDataLoss,
                                        HasSubstr("the file is empty")));
  EXPECT_THAT(DecodeImage("\x01\x02z"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("unknown format (first bytes 01 02 7a)")));
}

TEST(DecodeImage, RefusesWhatItCannotShowFaithfully) {
  EXPECT_THAT(DecodeImage(TestFile("grey_16_bits.png")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("16-bit grey")));
}

TEST(DecodeImage, RefusesTooManyPixelsBeforeItAllocatesThem) {
  EXPECT_THAT(DecodeImage(TestFile("bomb.png")),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("32768x32768 = 1073741824 pixels"),
                             HasSubstr("178956970"))));
  for (const std::string& name : GoodFiles()) {
    EXPECT_OK(DecodeImage(TestFile(name), {.max_pixels = 16 * 12}));
    EXPECT_THAT(DecodeImage(TestFile(name), {.max_pixels = 16 * 12 - 1}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("too large")))
        << name;
  }
}

TEST(DecodeImage, RefusesTooManyScans) {
  EXPECT_THAT(
      DecodeImage(TestFile("progressive.jpg"), {.max_scans = 2}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("more than 2 scans")));
  EXPECT_OK(DecodeImage(TestFile("rgb.jpg"), {.max_scans = 1}));
}

}  // namespace
}  // namespace maskfill
