#include "core/image/decode_tiff.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/image/exif_orientation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Number(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// Tags of one SHORT, by their number.
using Tags = std::map<int, int>;

// A file of one strip with these tags besides the usual ones of a grey image
// of 2 x 1 px, whose directory is behind the pixels.
std::string Tiff(const std::string& pixels, const Tags& tags = {}) {
  constexpr int kPixelsAt = 8;
  Tags all = {{256, 2}, {257, 1}, {258, 8},         {259, 1},
              {262, 1}, {277, 1}, {273, kPixelsAt}, {279, pixels.size()}};
  for (const auto& [tag, value] : tags) all[tag] = value;
  std::string bytes = absl::StrCat(
      "II", Number(42, 2), Number(kPixelsAt + pixels.size(), 4), pixels);
  absl::StrAppend(&bytes, Number(all.size(), 2));
  for (const auto& [tag, value] : all) {
    absl::StrAppend(&bytes, Number(tag, 2), Number(3, 2), Number(1, 4),
                    Number(value, 4));
  }
  return bytes + Number(0, 4);
}

absl::StatusOr<std::vector<uint8_t>> Pixels(const std::string& bytes) {
  DecodeNotes notes;
  absl::StatusOr<Image> image = DecodeTiff(bytes, {}, &notes);
  if (!image.ok()) return image.status();
  return image->pixels;
}

TEST(DecodeTiff, ReadsGreyAndItsInverse) {
  const std::string pixels("\x05\xFF", 2);
  EXPECT_THAT(Pixels(Tiff(pixels)),
              IsOkAndHolds(ElementsAre(5, 5, 5, 255, 255, 255)));
  EXPECT_THAT(Pixels(Tiff(pixels, {{262, 0}})),
              IsOkAndHolds(ElementsAre(250, 250, 250, 0, 0, 0)));
}

// As Pillow does, other than with EXIF data.
TEST(DecodeTiff, TurnsTheImageAsItsTagSays) {
  const std::string bytes = Tiff("\x05\x06", {{274, 6}});
  DecodeNotes notes;
  ASSERT_OK_AND_ASSIGN(const Image image, DecodeTiff(bytes, {}, &notes));
  EXPECT_EQ(image.width, 1);
  EXPECT_EQ(image.height, 2);
  EXPECT_THAT(image.pixels, ElementsAre(5, 5, 5, 6, 6, 6));
  // So that nobody turns it again.
  EXPECT_EQ(ExifOrientation(bytes), 1);
  EXPECT_THAT(Pixels(Tiff("\x05\x06", {{274, 2}})),
              IsOkAndHolds(ElementsAre(6, 6, 6, 5, 5, 5)));
}

TEST(DecodeTiff, NamesKindsThatItDoesNotKnow) {
  struct Row {
    Tags tags;
    const char* message;
  };
  const Row rows[] = {
      {{{259, 6}}, "compressed by old-style JPEG"},
      {{{259, 50000}}, "compressed by Zstandard"},
      {{{259, 1234}}, "compression 1234"},
      {{{258, 16}}, "1 samples of 16 bits"},
      {{{258, 8}, {339, 2}}, "of format 2 (1: unsigned)"},
      {{{262, 8}}, "photometric interpretation 8"},
      {{{266, 2}}, "begin with the lowest bit"},
      {{{277, 2}}, "2 samples a pixel, 1 of which are further ones"},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(Pixels(Tiff("\x05\x06\x07\x08", row.tags)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(row.message)));
  }
}

TEST(DecodeTiff, RefusesSizesBeforeItAllocatesThem) {
  EXPECT_THAT(Pixels(Tiff("\x05\x06", {{256, 60000}, {257, 60000}})),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("60000x60000 = 3600000000 pixels")));
  // Of a tile, too: 65520 = 4095 * 16.
  EXPECT_THAT(Pixels(Tiff("\x05\x06",
                          {{322, 65520}, {323, 65520}, {324, 8}, {325, 2}})),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("its tiles: ")));
}

TEST(DecodeTiff, RefusesTagsOutsideOfTheFile) {
  // Of RGB with 3 values of bits, whose place is that of the one value: 8.
  std::string bytes = Tiff("\x05\x06\x07\x08\x09\x0A", {{262, 2}, {277, 3}});
  const size_t bits = bytes.find(Number(258, 2) + Number(3, 2));
  bytes[bits + 4] = 3;
  EXPECT_THAT(Pixels(bytes), StatusIs(absl::StatusCode::kDataLoss));
  bytes[bits + 9] = 1;  // 256 + 8
  EXPECT_THAT(Pixels(bytes),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("tag 258 lies outside of its")));
}

TEST(DecodeTiff, RefusesAStripThatIsNotThere) {
  const std::string pixels = "\x05\x06";
  const int size = static_cast<int>(Tiff(pixels).size());
  EXPECT_OK(Pixels(Tiff(pixels, {{273, size - 2}})));
  EXPECT_THAT(Pixels(Tiff(pixels, {{273, size - 1}})),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut")));
}

}  // namespace
}  // namespace maskfill
