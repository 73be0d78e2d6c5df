#include "core/image/decode_gif.h"

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

// The header of a canvas of `width` x 1 px with the colours 1, 2, 3 and 4,
// 5, 6.
std::string Canvas(int width) {
  return absl::StrCat("GIF89a",
                      Bytes({width, 0, 1, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6}));
}

// Two pixels of one row from `left` on, of codes of 3 bits: 4 empties the
// table, 5 ends, so that first | second << 3 | ... begin with 4 and end with 5.
std::string Frame(int left, int first, int second) {
  const int codes = 4 | first << 3 | second << 6 | 5 << 9;
  return absl::StrCat(",", Bytes({left, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2,
                                  codes & 255, codes >> 8, 0}));
}

absl::StatusOr<Image> Decode(const std::string& bytes,
                             const DecodeOptions& options = {}) {
  DecodeNotes notes;
  return DecodeGif(bytes, options, &notes);
}

TEST(DecodeGif, LooksColoursUp) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       Decode(absl::StrCat(Canvas(2), Frame(0, 1, 0), ";")));
  EXPECT_THAT(image.pixels, ElementsAre(4, 5, 6, 1, 2, 3));
}

// As Pillow, whose palettes begin as greys.
TEST(DecodeGif, TakesColoursThatTheTableLacksAsGreys) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       Decode(absl::StrCat(Canvas(2), Frame(0, 2, 3), ";")));
  EXPECT_THAT(image.pixels, ElementsAre(2, 2, 2, 3, 3, 3));
}

TEST(DecodeGif, FillsTheCanvasWithTheTransparentColour) {
  ASSERT_OK_AND_ASSIGN(const Image plain,
                       Decode(absl::StrCat(Canvas(3), Frame(1, 1, 1), ";")));
  EXPECT_THAT(plain.pixels, ElementsAre(1, 2, 3, 4, 5, 6, 4, 5, 6));
  const std::string control = "!\xF9" + Bytes({4, 1, 0, 0, 1, 0});
  ASSERT_OK_AND_ASSIGN(
      const Image transparent,
      Decode(absl::StrCat(Canvas(3), control, Frame(1, 0, 0), ";")));
  EXPECT_THAT(transparent.pixels, ElementsAre(4, 5, 6, 1, 2, 3, 1, 2, 3));
}

TEST(DecodeGif, GrowsTheCanvasToItsFrame) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       Decode(absl::StrCat(Canvas(1), Frame(2, 1, 1), ";")));
  EXPECT_EQ(image.width, 4);
  EXPECT_EQ(image.height, 1);
  EXPECT_THAT(
      Decode(absl::StrCat(Canvas(1), Frame(2, 1, 1), ";"), {.max_pixels = 3}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("4x1 = 4 pixels")));
}

TEST(DecodeGif, SaysThatThereAreMoreFrames) {
  DecodeNotes notes;
  const std::string one = absl::StrCat(Canvas(2), Frame(0, 1, 0));
  EXPECT_OK(DecodeGif(one + ";", {}, &notes));
  EXPECT_FALSE(notes.has_more_frames);
  EXPECT_OK(DecodeGif(absl::StrCat(one, Frame(0, 0, 0), ";"), {}, &notes));
  EXPECT_TRUE(notes.has_more_frames);
}

TEST(DecodeGif, RefusesCodesThatStandForNothing) {
  // 7 is defined after the second code, and 5 ends the pixels.
  EXPECT_THAT(Decode(absl::StrCat(Canvas(2), Frame(0, 1, 7), ";")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("damaged")));
  EXPECT_THAT(Decode(absl::StrCat(Canvas(2), Frame(0, 6, 1), ";")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("damaged")));
  EXPECT_THAT(Decode(absl::StrCat(Canvas(2), Frame(0, 1, 5), ";")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("too early")));
  // 6 is the code before it, once more with its first number: 1 and 1, 1.
  EXPECT_THAT(Decode(absl::StrCat(Canvas(2), Frame(0, 1, 6), ";")),
              IsOkAndHolds(testing::Field(&Image::pixels,
                                          ElementsAre(4, 5, 6, 4, 5, 6))));
}

TEST(DecodeGif, RefusesGreysOfAFrameThatPillowShowsInColours) {
  std::string frame = Frame(0, 1, 0);
  frame[9] = '\x80';
  frame.insert(10, Bytes({0, 0, 0, 1, 1, 1}));
  EXPECT_THAT(Decode(absl::StrCat(Canvas(2), frame, ";")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("greys")));
}

TEST(DecodeGif, RefusesAFileWithoutImages) {
  EXPECT_THAT(Decode(Canvas(2) + ";"), StatusIs(absl::StatusCode::kDataLoss,
                                                HasSubstr("holds no image")));
}

}  // namespace
}  // namespace maskfill
