// Damaged files on purpose: whatever the bytes, decoding ends with an image
// of the announced size or with DataLoss, and never touches foreign memory
// (run with --config=asan and --config=ubsan).
#include <algorithm>
#include <string>
#include <vector>

#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/image/decode.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

constexpr int kMutationsPerFile = 1000;

// Flips bits, overwrites, cuts, doubles or drops a piece: one to four times.
std::string Mutate(std::string bytes, CounterRng* rng) {
  const int64_t times = 1 + rng->Below(4);
  for (int64_t i = 0; i < times && !bytes.empty(); ++i) {
    const size_t at = rng->Below(bytes.size());
    const size_t length =
        std::min<size_t>(1 + rng->Below(16), bytes.size() - at);
    switch (rng->Below(6)) {
      case 0:
      case 1:
        bytes[at] ^= static_cast<char>(1 << rng->Below(8));
        break;
      case 2:
        bytes[at] = static_cast<char>(rng->Below(256));
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 4:
        bytes.erase(at, length);
        break;
      case 5:
        // Often at the end, where decoders have most of their state.
        bytes.resize(rng->Below(2) == 0 ? at : bytes.size() - length);
        break;
    }
  }
  return bytes;
}

class DecodeMutation : public testing::TestWithParam<const char*> {};

TEST_P(DecodeMutation, EndsWithAnImageOrDataLoss) {
  ASSERT_OK_AND_ASSIGN(
      const std::string original,
      ReadFile(std::string("core/image/testdata/") + GetParam()));
  CounterRng rng(1, "mutation", 0, GetParam());
  // Small, so that a damaged size does not cost time.
  const DecodeOptions options = {.max_pixels = 100'000, .max_scans = 20};
  int64_t decoded = 0;
  for (int i = 0; i < kMutationsPerFile; ++i) {
    const absl::StatusOr<Image> image =
        DecodeImage(Mutate(original, &rng), options);
    if (image.ok()) {
      ++decoded;
      ASSERT_EQ(static_cast<int64_t>(image->pixels.size()),
                image->height * image->width * 3);
    } else {
      ASSERT_THAT(image, StatusIs(absl::StatusCode::kDataLoss)) << i;
    }
  }
  RecordProperty("decoded", static_cast<int>(decoded));
}

INSTANTIATE_TEST_SUITE_P(
    AllFormats, DecodeMutation,
    testing::Values("rgb.jpg", "progressive.jpg", "cmyk.jpg", "grey.jpg",
                    "rgb.png", "rgba.png", "palette.png", "lossy.webp",
                    "lossless.webp", "alpha.webp", "animated.webp",
                    "animated.gif", "rgb.bmp", "palette.bmp", "runs.bmp",
                    "rgb.tiff", "cmyk.tiff", "packbits.tiff", "lzw.tiff",
                    "deflate.tiff", "jpeg.tiff", "fax.tiff"));

}  // namespace
}  // namespace maskfill
