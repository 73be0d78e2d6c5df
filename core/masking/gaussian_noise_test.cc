#include "core/masking/gaussian_noise.h"

#include <array>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

// 2x2 patches of 64 px.
PatchGrid Grid() {
  return PatchGrid{.rows = 2, .cols = 2, .patch_size_px = 64};
}

PatchMask Masked(const std::vector<int64_t>& patches) {
  PatchMask mask(4);
  for (const int64_t patch : patches) mask.set(patch);
  return mask;
}

Image Noise(const std::vector<int64_t>& patches, uint64_t seed = 1,
            int64_t variant = 0, const char* id = "photo") {
  Image image(128, 128);
  FillWithNoise(Grid(), Masked(patches), seed, variant, id, &image);
  return image;
}

TEST(FillWithNoise, HasTheDistributionThatClipTakesPixelsToHave) {
  const Image image = Noise({0, 1, 2, 3});
  // Of round(mean + deviation * z) for CLIP's 255 * (0.48145466, 0.4578275,
  // 0.40821073) and 255 * (0.26862954, 0.26130258, 0.27577711), by Python's
  // math.erf: the share of 0, of 255, and of what is below 100.
  const double kShares[3][3] = {{0.037134, 0.027238, 0.367034},
                                {0.040528, 0.019349, 0.397885},
                                {0.070361, 0.016226, 0.473958}};
  const double n = 128 * 128;
  for (size_t c = 0; c < 3; ++c) {
    std::array<double, 3> counts = {0, 0, 0};
    for (size_t i = c; i < image.pixels.size(); i += 3) {
      counts[0] += image.pixels[i] == 0;
      counts[1] += image.pixels[i] == 255;
      counts[2] += image.pixels[i] < 100;
    }
    for (size_t k = 0; k < 3; ++k) {
      const double share = kShares[c][k];
      // Five standard deviations of a binomial.
      EXPECT_NEAR(counts[k] / n, share, 5 * std::sqrt(share * (1 - share) / n))
          << c << " " << k;
    }
  }
}

TEST(FillWithNoise, IsTheSameInAPatchWhateverElseIsMasked) {
  const Image all = Noise({0, 1, 2, 3});
  const Image one = Noise({2});
  for (int64_t y = 0; y < 128; ++y) {
    for (int64_t x = 0; x < 128; ++x) {
      const bool masked = y >= 64 && x < 64;
      for (int64_t c = 0; c < 3; ++c) {
        ASSERT_EQ(one.Row(y)[3 * x + c], masked ? all.Row(y)[3 * x + c] : 0);
      }
    }
  }
}

TEST(FillWithNoise, DependsOnSeedVariantIdAndPatch) {
  const Image image = Noise({0, 1});
  EXPECT_EQ(image, Noise({0, 1}));
  EXPECT_NE(image.pixels, Noise({0, 1}, 2).pixels);
  EXPECT_NE(image.pixels, Noise({0, 1}, 1, 1).pixels);
  EXPECT_NE(image.pixels, Noise({0, 1}, 1, 0, "other").pixels);
  EXPECT_NE(std::vector<uint8_t>(image.Row(0), image.Row(0) + 3 * 64),
            std::vector<uint8_t>(image.Row(0) + 3 * 64, image.Row(1)));
}

}  // namespace
}  // namespace maskfill
