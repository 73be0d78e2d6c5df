#include "spurious_shapes/dataset/stored_png.h"

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/decode.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

std::vector<uint8_t> Ramp(size_t n) {
  std::vector<uint8_t> pixels(n);
  for (size_t i = 0; i < n; ++i) pixels[i] = static_cast<uint8_t>(i * 7 + 3);
  return pixels;
}

TEST(StoredPng, DecodesToThePixelsItWasMadeOf) {
  const std::vector<uint8_t> pixels = Ramp(5 * 4 * 3);
  ASSERT_OK_AND_ASSIGN(
      const Image image,
      DecodeImage(EncodeStoredPng(PngColour::kRgb, 5, 4, pixels.data())));
  EXPECT_EQ(image.height, 5);
  EXPECT_EQ(image.width, 4);
  EXPECT_EQ(image.pixels, pixels);
}

TEST(StoredPng, SplitsWhatIsLongerThanAStoredBlock) {
  // 200 rows of 601 bytes: 120,200 bytes in two blocks of at most 65,535.
  const std::vector<uint8_t> pixels = Ramp(200 * 200 * 3);
  ASSERT_OK_AND_ASSIGN(
      const Image image,
      DecodeImage(EncodeStoredPng(PngColour::kRgb, 200, 200, pixels.data())));
  EXPECT_EQ(image.pixels, pixels);
}

TEST(StoredPng, WritesGrey) {
  const std::vector<uint8_t> pixels = Ramp(3 * 2);
  ASSERT_OK_AND_ASSIGN(
      const Image image,
      DecodeImage(EncodeStoredPng(PngColour::kGrey, 3, 2, pixels.data())));
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    EXPECT_EQ(image.pixels[i], pixels[i / 3]);
  }
}

// Signature 8, IHDR 25, IDAT 12 + zlib's 2 + 5 + 4 around 56 rows of 169
// bytes, IEND 12.
TEST(StoredPng, AddsSixtyEightBytesAndOnePerRow) {
  const std::vector<uint8_t> pixels = Ramp(56 * 56 * 3);
  EXPECT_EQ(EncodeStoredPng(PngColour::kRgb, 56, 56, pixels.data()).size(),
            56u * 169 + 68);
}

}  // namespace
}  // namespace maskfill
