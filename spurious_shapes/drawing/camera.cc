#include "spurious_shapes/drawing/camera.h"

#include <algorithm>

#include "spurious_shapes/drawing/exact_math.h"

namespace maskfill {
namespace {

// Below this share a blur does not show.
constexpr float kLeastBlur = 0.01f;

// Sums of four bytes (Irwin-Hall: close to normal) less their mean, two from
// one 64-bit word of splitmix64's sequence. n even.
void FillNoise(uint64_t seed, int64_t n, int16_t* noise) {
  constexpr uint64_t kEvenBytes = 0x00FF00FF00FF00FFu;
  uint64_t state = seed;
  for (int64_t i = 0; i < n; i += 2) {
    state += 0x9E3779B97F4A7C15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    const uint64_t pairs = (z & kEvenBytes) + ((z >> 8) & kEvenBytes);
    const uint64_t fours = pairs + (pairs >> 16);
    noise[i] = static_cast<int16_t>((fours & 0xFFFF)) - 510;
    noise[i + 1] = static_cast<int16_t>((fours >> 32) & 0xFFFF) - 510;
  }
}

// sqrt(4 (256^2 - 1) / 12): the standard deviation of FillNoise.
constexpr float kNoiseDeviation = 147.8005f;

MASKFILL_PIXEL_LOOP
void AddNoise(const int16_t* noise, float scale, int64_t n, float* values) {
  for (int64_t i = 0; i < n; ++i) {
    values[i] += scale * static_cast<float>(noise[i]);
  }
}

// sums[1 + x] = above + here + below, with the outermost values repeated.
MASKFILL_PIXEL_LOOP
void SumRows(const float* above, const float* here, const float* below,
             int64_t size, float* sums) {
  for (int64_t x = 0; x < size; ++x) {
    sums[1 + x] = above[x] + here[x] + below[x];
  }
  sums[0] = sums[1];
  sums[size + 1] = sums[size];
}

MASKFILL_PIXEL_LOOP
void MixMean(const float* sums, float share, int64_t size, float* row) {
  const float own = 1.0f - share;
  const float ninth = share * (1.0f / 9);
  for (int64_t x = 0; x < size; ++x) {
    row[x] = own * row[x] + ninth * (sums[x] + sums[x + 1] + sums[x + 2]);
  }
}

MASKFILL_PIXEL_LOOP
void Quantise(const float* planes, int64_t n, uint8_t* pixels) {
  const float* red = planes;
  const float* green = planes + n;
  const float* blue = planes + 2 * n;
  for (int64_t i = 0; i < n; ++i) {
    const auto byte = [](float value) __attribute__((always_inline)) {
      return static_cast<uint8_t>(
          static_cast<int32_t>(ClampToUnit(value) * 255.0f + 0.5f));
    };
    pixels[3 * i] = byte(red[i]);
    pixels[3 * i + 1] = byte(green[i]);
    pixels[3 * i + 2] = byte(blue[i]);
  }
}

}  // namespace

Camera::Camera(PixelGrid grid)
    : grid_(grid),
      sums_(grid.size * (grid.size + 2)),
      noise_(3 * grid.num_pixels() + grid.num_pixels() % 2) {}

void Camera::Blur(float share, float* plane) {
  const int64_t size = grid_.size;
  for (int64_t y = 0; y < size; ++y) {
    SumRows(plane + std::max<int64_t>(y - 1, 0) * size, plane + y * size,
            plane + std::min<int64_t>(y + 1, size - 1) * size, size,
            &sums_[y * (size + 2)]);
  }
  for (int64_t y = 0; y < size; ++y) {
    MixMean(&sums_[y * (size + 2)], share, size, plane + y * size);
  }
}

void Camera::Shoot(float blur, float noise, uint64_t seed, float* planes,
                   uint8_t* pixels) {
  const int64_t n = grid_.num_pixels();
  if (blur > kLeastBlur) {
    for (int channel = 0; channel < 3; ++channel) {
      Blur(blur, planes + channel * n);
    }
  }
  if (noise > 0) {
    FillNoise(seed, static_cast<int64_t>(noise_.size()), noise_.data());
    AddNoise(noise_.data(), noise / kNoiseDeviation, 3 * n, planes);
  }
  Quantise(planes, n, pixels);
}

}  // namespace maskfill
