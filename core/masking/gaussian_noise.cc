#include "core/masking/gaussian_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int64_t kSteps = int64_t{1} << 16;
// Of pixels in [0, 1], red, green and blue.
constexpr std::array<double, 3> kMean = {0.48145466, 0.4578275, 0.40821073};
constexpr std::array<double, 3> kDeviation = {0.26862954, 0.26130258,
                                              0.27577711};

// The inverse of the distribution of one channel's bytes: entry u is the byte
// for a uniform number in [u, u + 1) / kSteps.
using Quantiles = std::array<uint8_t, kSteps>;

void SetQuantiles(double mean, double deviation, Quantiles* quantiles) {
  int64_t begin = 0;
  for (int byte = 0; byte <= 255; ++byte) {
    const double z = (byte + 0.5 - mean) / deviation;
    const double below = 0.5 * std::erfc(-z / std::numbers::sqrt2);
    const int64_t end = byte == 255 ? kSteps : std::llround(kSteps * below);
    std::fill(quantiles->begin() + begin, quantiles->begin() + end,
              static_cast<uint8_t>(byte));
    begin = end;
  }
}

const std::array<Quantiles, 3>& AllQuantiles() {
  static const std::array<Quantiles, 3>* const all = [] {
    auto* made = new std::array<Quantiles, 3>();
    for (size_t c = 0; c < made->size(); ++c) {
      SetQuantiles(255 * kMean[c], 255 * kDeviation[c], &(*made)[c]);
    }
    return made;
  }();
  return *all;
}

// Numbers in [0, kSteps), four to each word of the stream.
class Uniforms {
 public:
  explicit Uniforms(CounterRng rng) : rng_(rng) {}
  size_t Next() {
    if (left_ == 0) {
      word_ = rng_.Next64();
      left_ = 4;
    }
    const size_t value = word_ & (kSteps - 1);
    word_ >>= 16;
    --left_;
    return value;
  }

 private:
  CounterRng rng_;
  uint64_t word_ = 0;
  int left_ = 0;
};

}  // namespace

void FillWithNoise(const PatchGrid& grid, const PatchMask& mask, uint64_t seed,
                   int64_t variant, absl::string_view id, Image* image) {
  CHECK_EQ(image->height, grid.height_px());
  CHECK_EQ(image->width, grid.width_px());
  CHECK_EQ(mask.size(), grid.num_patches());
  const std::array<Quantiles, 3>& quantiles = AllQuantiles();
  for (const int64_t patch : mask.MaskedPatches()) {
    Uniforms uniforms(CounterRng(seed, absl::StrCat("noise ", patch),
                                 static_cast<uint64_t>(variant), id));
    const PixelBox box = grid.BoxOf(patch);
    for (int64_t y = box.top; y < box.top + box.height; ++y) {
      uint8_t* pixel = image->Row(y) + 3 * box.left;
      for (int64_t x = 0; x < box.width; ++x, pixel += 3) {
        for (size_t c = 0; c < 3; ++c) pixel[c] = quantiles[c][uniforms.Next()];
      }
    }
  }
}

}  // namespace maskfill
