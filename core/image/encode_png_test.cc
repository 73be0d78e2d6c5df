#include "core/image/encode_png.h"

#include "core/image/decode.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

TEST(EncodePng, ComesBackAsTheSamePixels) {
  Image image(5, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = 37 * i;
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(image));
  EXPECT_THAT(DecodeImage(png), IsOkAndHolds(image));
}

TEST(EncodePng, RefusesAnImageWithoutPixels) {
  EXPECT_THAT(EncodePng(Image()), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
