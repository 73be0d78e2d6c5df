#include "spurious_shapes/drawing/backgrounds.h"

#include "spurious_shapes/drawing/exact_math.h"
#include "spurious_shapes/nuisances.h"

namespace maskfill {
namespace {

// What a family may look at. All in units of the picture.
struct TexturePoint {
  float px, py;  // position in the picture
  float x, y;    // the same, scaled and shifted
  float u, v;    // the same, rotated too
};

// Each family's Value() gives the texture at a point. Written without
// branches on the point, so that loops over it vectorise.

struct Stripes {
  static float Value(const BackgroundTexture&, const TexturePoint& p) {
    return Fraction(p.u * (1.0f / 9)) < 0.5f ? 1.0f : 0.0f;
  }
};

struct Checker {
  static float Value(const BackgroundTexture&, const TexturePoint& p) {
    const int32_t parity =
        (FloorToInt(p.u * (1.0f / 6)) + FloorToInt(p.v * (1.0f / 6))) & 1;
    return static_cast<float>(parity);
  }
};

struct Bricks {  // 14 x 7 with light joints, every brick its own shade
  static float Value(const BackgroundTexture& texture, const TexturePoint& p) {
    constexpr float kHeight = 7;
    constexpr float kWidth = 14;
    constexpr float kJoint = 1.4f;
    const float row_position = p.y * (1.0f / kHeight);
    const int32_t row = FloorToInt(row_position);
    const float column_position =
        (p.x + static_cast<float>(row & 1) * (kWidth / 2)) * (1.0f / kWidth);
    const int32_t column = FloorToInt(column_position);
    const float in_y = (row_position - static_cast<float>(row)) * kHeight;
    const float in_x = (column_position - static_cast<float>(column)) * kWidth;
    const float shade = 0.35f * LatticeValue(column, row, texture.seed);
    return (in_y < kJoint) | (in_x < kJoint) ? 1.0f : shade;
  }
};

struct Dots {
  static float Value(const BackgroundTexture&, const TexturePoint& p) {
    const float dx = Fraction(p.u * (1.0f / 9)) - 0.5f;
    const float dy = Fraction(p.v * (1.0f / 9)) - 0.5f;
    return dx * dx + dy * dy < 0.1f ? 1.0f : 0.0f;
  }
};

struct Waves {
  static float Value(const BackgroundTexture&, const TexturePoint& p) {
    const float bend = 2.6f * SinTurns(p.u * (1.0f / 16));
    return ClampToUnit(0.5f + 0.5f * SinTurns((p.v + bend) * (1.0f / 8)));
  }
};

struct Wood {  // year rings around a point outside the picture
  static float Value(const BackgroundTexture& texture, const TexturePoint& p) {
    const float centre_x = (texture.choice_a * 1.6f - 0.3f) * kPictureUnits;
    const float centre_y =
        (texture.choice_b < 0.5f ? -0.35f : 1.35f) * kPictureUnits;
    const float dx = p.px - centre_x;
    const float dy = p.py - centre_y;
    const float radius =
        SquareRoot(dx * dx + dy * dy) +
        5.0f * ValueNoise(p.px * (1.0f / 14), p.py * (1.0f / 14), texture.seed);
    return ClampToUnit(0.5f + 0.5f * SinTurns(radius / (6.5f * texture.scale)));
  }
};

struct Clouds {
  static float Value(const BackgroundTexture& texture, const TexturePoint& p) {
    const float coarse =
        ValueNoise(p.x * (1.0f / 16), p.y * (1.0f / 16), texture.seed);
    const float fine =
        ValueNoise(p.x * (1.0f / 8), p.y * (1.0f / 8), texture.seed + 7);
    const float sum = 0.6f * coarse + 0.4f * fine;
    return ClampToUnit((sum - 0.5f) * 2.4f + 0.5f);
  }
};

struct Sand {
  static float Value(const BackgroundTexture& texture, const TexturePoint& p) {
    return LatticeValue(FloorToInt(p.px), FloorToInt(p.py), texture.seed);
  }
};

struct Plaid {
  // A broad band and a narrow, weaker one.
  static float Band(float position) {
    const float in = Fraction(position * (1.0f / 14));
    const float narrow = (in > 0.5f) & (in < 0.62f) ? 0.6f : 0.0f;
    return in < 0.3f ? 1.0f : narrow;
  }
  static float Value(const BackgroundTexture&, const TexturePoint& p) {
    return 0.5f * Band(p.u) + 0.5f * Band(p.v);
  }
};

struct Grass {  // blades: noise that is seven times longer than wide
  static float Value(const BackgroundTexture& texture, const TexturePoint& p) {
    const float noise =
        ValueNoise(p.u * (1.0f / 2), p.v * (1.0f / 14), texture.seed);
    return ClampToUnit((noise - 0.5f) * 1.8f + 0.5f);
  }
};

template <typename Family>
inline __attribute__((always_inline)) void FillAll(
    const BackgroundTexture& texture, PixelGrid grid, float* values) {
  const BackgroundTexture t = texture;  // no aliasing with `values`
  const float inverse_scale = 1.0f / t.scale;
  for (int64_t row = 0; row < grid.size; ++row) {
    const float py = grid.At(row);
    const float y = py * inverse_scale + t.phase * 0.7f;
    float* out = values + row * grid.size;
    // 32-bit index: it is converted to float in every lane.
    const int32_t size = static_cast<int32_t>(grid.size);
    const float step = grid.step();
    for (int32_t column = 0; column < size; ++column) {
      TexturePoint p;
      p.px = (static_cast<float>(column) + 0.5f) * step;
      p.py = py;
      p.x = p.px * inverse_scale + t.phase;
      p.y = y;
      p.u = t.cos * p.x + t.sin * p.y;
      p.v = t.cos * p.y - t.sin * p.x;
      out[column] = Family::Value(t, p);
    }
  }
}

}  // namespace

BackgroundTexture SampleBackground(Background family, CounterRng* rng) {
  BackgroundTexture texture;
  texture.family = family;
  texture.scale = UniformIn({0.8f, 1.3f}, rng);
  const float turns = 0.5f * rng->UniformFloat();
  texture.cos = CosTurns(turns);
  texture.sin = SinTurns(turns);
  texture.phase = UniformIn({0, 50}, rng);
  texture.choice_a = rng->UniformFloat();
  texture.choice_b = rng->UniformFloat();
  texture.seed = static_cast<uint32_t>(rng->Next64());
  return texture;
}

MASKFILL_PIXEL_LOOP
void FillBackground(const BackgroundTexture& texture, PixelGrid grid,
                    float* values) {
  switch (texture.family) {
    case Background::kStripes:
      return FillAll<Stripes>(texture, grid, values);
    case Background::kChecker:
      return FillAll<Checker>(texture, grid, values);
    case Background::kBricks:
      return FillAll<Bricks>(texture, grid, values);
    case Background::kDots:
      return FillAll<Dots>(texture, grid, values);
    case Background::kWaves:
      return FillAll<Waves>(texture, grid, values);
    case Background::kWood:
      return FillAll<Wood>(texture, grid, values);
    case Background::kClouds:
      return FillAll<Clouds>(texture, grid, values);
    case Background::kSand:
      return FillAll<Sand>(texture, grid, values);
    case Background::kPlaid:
      return FillAll<Plaid>(texture, grid, values);
    case Background::kGrass:
      return FillAll<Grass>(texture, grid, values);
  }
}

}  // namespace maskfill
