// Arithmetic with the same bits on every machine, for the renderer only.
//
// Used here are only conversions, comparisons and + - * / sqrt of single
// precision, which IEEE 754 rounds exactly; never libm, whose last bits
// differ. Every target that includes this header is compiled with
// EXACT_MATH_COPTS (exact_math_copts.bzl), which forbids the compiler to fuse
// a multiplication with an addition.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_EXACT_MATH_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_EXACT_MATH_H_

#include <cstdint>

// For loops over pixels: the same source, compiled for wider vectors too; the
// loader picks. Lanes do not interact and rounding is exact, so the choice
// does not show in the result. Not under sanitizers, which are not ready yet
// when the loader asks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(MASKFILL_NO_TARGET_CLONES)
#define MASKFILL_PIXEL_LOOP __attribute__((target_clones("avx2", "default")))
#else
#define MASKFILL_PIXEL_LOOP
#endif

namespace maskfill {

// The largest integer <= x; |x| < 2^31.
inline int32_t FloorToInt(float x) {
  const int32_t truncated = static_cast<int32_t>(x);
  return truncated - (x < static_cast<float>(truncated) ? 1 : 0);
}

// x - floor(x), in [0, 1].
inline float Fraction(float x) { return x - static_cast<float>(FloorToInt(x)); }

inline float ClampToUnit(float x) {
  return x < 0.0f ? 0.0f : (x > 1.0f ? 1.0f : x);
}

inline float Absolute(float x) { return x < 0.0f ? -x : x; }

// Exactly rounded, as an instruction.
inline float SquareRoot(float x) { return __builtin_sqrtf(x); }

// sin(2 pi x), to within 4e-7; |x| < 8 (beyond, what x rounds to).
inline float SinTurns(float x) {
  float r = x - static_cast<float>(FloorToInt(x + 0.5f));  // [-1/2, 1/2]
  r = r > 0.25f ? 0.5f - r : r;
  r = r < -0.25f ? -0.5f - r : r;  // [-1/4, 1/4], same sine
  const float a = r * 6.2831853f;
  const float a2 = a * a;
  float sum = 1.0f / 362880 - a2 * (1.0f / 39916800);
  sum = -1.0f / 5040 + a2 * sum;
  sum = 1.0f / 120 + a2 * sum;
  sum = -1.0f / 6 + a2 * sum;
  return a + a * a2 * sum;
}

inline float CosTurns(float x) { return SinTurns(x + 0.25f); }

// exp(x), to within 2e-6; |x| <= 1/2.
inline float ExpOfSmall(float x) {
  return 1.0f +
         x * (1.0f +
              x * (1.0f / 2 +
                   x * (1.0f / 6 + x * (1.0f / 24 +
                                        x * (1.0f / 120 + x * (1.0f / 720))))));
}

// A 32-bit hash of a lattice point (murmur3's finaliser).
inline uint32_t LatticeHash(int32_t x, int32_t y, uint32_t seed) {
  uint32_t h = seed ^ (static_cast<uint32_t>(x) * 0x9E3779B1u) ^
               (static_cast<uint32_t>(y) * 0x85EBCA77u);
  h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
  h = (h ^ (h >> 13)) * 0xC2B2AE35u;
  return h ^ (h >> 16);
}

// The same as a number in [0, 1).
inline float LatticeValue(int32_t x, int32_t y, uint32_t seed) {
  return static_cast<float>(
             static_cast<int32_t>(LatticeHash(x, y, seed) >> 8)) *
         0x1.0p-24f;
}

// Value noise: lattice values blended by smoothsteps; in [0, 1).
inline float ValueNoise(float x, float y, uint32_t seed) {
  const int32_t ix = FloorToInt(x);
  const int32_t iy = FloorToInt(y);
  float fx = x - static_cast<float>(ix);
  float fy = y - static_cast<float>(iy);
  fx = fx * fx * (3.0f - 2.0f * fx);
  fy = fy * fy * (3.0f - 2.0f * fy);
  const float a = LatticeValue(ix, iy, seed);
  const float b = LatticeValue(ix + 1, iy, seed);
  const float c = LatticeValue(ix, iy + 1, seed);
  const float d = LatticeValue(ix + 1, iy + 1, seed);
  const float top = a + (b - a) * fx;
  const float bottom = c + (d - c) * fx;
  return top + (bottom - top) * fy;
}

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_EXACT_MATH_H_
