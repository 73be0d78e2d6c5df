#include "core/image/decode_bmp.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

// Little endian, in `bytes` bytes.
std::string Number(uint64_t value, int bytes) {
  std::string text;
  for (; bytes > 0; --bytes, value >>= 8) text += static_cast<char>(value);
  return text;
}

struct Bmp {
  int32_t width = 2;
  int32_t height = 1;
  int bits = 24;
  int compression = 0;
  int colours = 0;
  std::string behind_header = "";  // masks or palette
  std::string pixels = "";
};

// With Windows's first header.
std::string ToBytes(const Bmp& bmp) {
  const uint32_t at = 54 + bmp.behind_header.size();
  return absl::StrCat("BM", Number(0, 8), Number(at, 4), Number(40, 4),
                      Number(bmp.width, 4), Number(bmp.height, 4), Number(1, 2),
                      Number(bmp.bits, 2), Number(bmp.compression, 4),
                      Number(0, 12), Number(bmp.colours, 4), Number(0, 4),
                      bmp.behind_header, bmp.pixels);
}

absl::StatusOr<std::vector<uint8_t>> Pixels(const Bmp& bmp) {
  DecodeNotes notes;
  absl::StatusOr<Image> image = DecodeBmp(ToBytes(bmp), {}, &notes);
  if (!image.ok()) return image.status();
  return image->pixels;
}

TEST(DecodeBmp, BeginsWithTheLowestRowUnlessTheHeightIsNegative) {
  const std::string pixels = Bytes({3, 2, 1, 0, 6, 5, 4, 0});
  EXPECT_THAT(Pixels({.width = 1, .height = 2, .pixels = pixels}),
              IsOkAndHolds(ElementsAre(4, 5, 6, 1, 2, 3)));
  EXPECT_THAT(Pixels({.width = 1, .height = -2, .pixels = pixels}),
              IsOkAndHolds(ElementsAre(1, 2, 3, 4, 5, 6)));
}

TEST(DecodeBmp, TakesFiveAndSixBitsAsPillowDoes) {
  // 31 of 31, 10 of 31 (255 * 10 / 31 = 82.3), 1 of 31 (8.2).
  const uint32_t fives = 31 << 10 | 10 << 5 | 1;
  EXPECT_THAT(Pixels({.width = 1, .bits = 16, .pixels = Number(fives, 4)}),
              IsOkAndHolds(ElementsAre(255, 82, 8)));
  // 10 of 63: 255 * 10 / 63 = 40.5.
  const std::string masks =
      Number(0xF800, 4) + Number(0x7E0, 4) + Number(0x1F, 4);
  EXPECT_THAT(Pixels({.width = 1,
                      .bits = 16,
                      .compression = 3,
                      .behind_header = masks,
                      .pixels = Number(31 << 11 | 10 << 5 | 1, 4)}),
              IsOkAndHolds(ElementsAre(255, 40, 8)));
}

TEST(DecodeBmp, RefusesMasksThatPillowDoesNotKnow) {
  const std::string masks = Number(0xF00, 4) + Number(0xF0, 4) + Number(0xF, 4);
  EXPECT_THAT(Pixels({.width = 1,
                      .bits = 16,
                      .compression = 3,
                      .behind_header = masks,
                      .pixels = Number(0, 4)}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("f00 f0 f")));
}

TEST(DecodeBmp, TakesColoursThatThePaletteLacksAsGreys) {
  EXPECT_THAT(Pixels({.bits = 8,
                      .colours = 1,
                      .behind_header = Bytes({3, 2, 1, 0}),
                      .pixels = Bytes({0, 200, 0, 0})}),
              IsOkAndHolds(ElementsAre(1, 2, 3, 200, 200, 200)));
}

TEST(DecodeBmp, RefusesPalettesOfGreysThatPillowMisreads) {
  const std::string black_and_white = Bytes({0, 0, 0, 0, 255, 255, 255, 0});
  Bmp bmp = {.bits = 1,
             .colours = 2,
             .behind_header = black_and_white,
             .pixels = Bytes({0x40, 0, 0, 0})};
  EXPECT_THAT(Pixels(bmp), IsOkAndHolds(ElementsAre(0, 0, 0, 255, 255, 255)));
  bmp.bits = 4;
  EXPECT_THAT(Pixels(bmp), StatusIs(absl::StatusCode::kDataLoss,
                                    HasSubstr("4 bits with 2 greys")));
  bmp.colours = 1;
  bmp.behind_header = Bytes({0, 0, 0, 0});
  EXPECT_THAT(Pixels(bmp),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("1 greys")));
}

// Two rows of RLE8, whose palette has one colour.
absl::StatusOr<std::vector<uint8_t>> Runs(std::initializer_list<int> codes) {
  return Pixels({.height = 2,
                 .bits = 8,
                 .compression = 1,
                 .colours = 1,
                 .behind_header = Bytes({3, 2, 1, 0}),
                 .pixels = Bytes(codes)});
}

TEST(DecodeBmp, DecodesRuns) {
  // The lower row 0, 0; the upper one 9, and the rest of it 0.
  EXPECT_THAT(Runs({2, 0, 0, 0, 1, 9, 0, 0, 0, 1}),
              IsOkAndHolds(ElementsAre(9, 9, 9, 1, 2, 3, 1, 2, 3, 1, 2, 3)));
}

TEST(DecodeBmp, RefusesRunsThatPillowMisreads) {
  const absl::StatusCode data_loss = absl::StatusCode::kDataLoss;
  EXPECT_THAT(Runs({3, 0, 0, 0, 1, 9, 0, 0, 0, 1}),
              StatusIs(data_loss, HasSubstr("over the edge")));
  EXPECT_THAT(Runs({0, 0, 0, 0, 2, 9, 0, 1}),
              StatusIs(data_loss, HasSubstr("leave a row empty")));
  EXPECT_THAT(Runs({2, 0, 0, 1}),
              StatusIs(data_loss, HasSubstr("end before the pixels do")));
  EXPECT_THAT(Runs({0, 2, 1, 1, 1, 9, 0, 1}),
              StatusIs(data_loss, HasSubstr("move on")));
  EXPECT_THAT(Runs({2, 0, 0, 0, 2, 9}), StatusIs(data_loss, HasSubstr("cut")));
}

TEST(DecodeBmp, RefusesSizesBeforeItLooksForPixels) {
  EXPECT_THAT(Pixels({.width = 1 << 20, .height = 1 << 20}),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("1048576x1048576 = 1099511627776 pixels")));
  EXPECT_THAT(Pixels({.width = 0}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("no pixels")));
  EXPECT_THAT(Pixels({.width = -1, .height = -1}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("too large")));
}

TEST(DecodeBmp, NamesKindsThatItDoesNotKnow) {
  EXPECT_THAT(Pixels({.bits = 2}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("of 2 bits")));
  EXPECT_THAT(Pixels({.compression = 4}), StatusIs(absl::StatusCode::kDataLoss,
                                                   HasSubstr("compression 4")));
  std::string bytes = ToBytes({});
  bytes[14] = 52;
  DecodeNotes notes;
  EXPECT_THAT(
      DecodeBmp(bytes, {}, &notes),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("header of 52 bytes")));
}

}  // namespace
}  // namespace maskfill
