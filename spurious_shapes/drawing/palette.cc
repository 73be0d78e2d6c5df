#include "spurious_shapes/drawing/palette.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "spurious_shapes/drawing/exact_math.h"
#include "spurious_shapes/nuisances.h"

namespace maskfill {
namespace {

// In turns, as in Colour.
constexpr std::array<float, kNumColours> kHues = {0,    0.085f, 0.155f, 0.33f,
                                                  0.5f, 0.63f,  0.76f,  0.9f};

}  // namespace

Rgb FromHsv(float hue, float saturation, float value) {
  const float sixths = Fraction(hue) * 6.0f;
  const int32_t sector = FloorToInt(sixths);
  const float f = sixths - static_cast<float>(sector);
  const float p = value * (1.0f - saturation);
  const float q = value * (1.0f - saturation * f);
  const float t = value * (1.0f - saturation * (1.0f - f));
  switch (sector % 6) {  // 6 when the fraction rounds to 1
    case 0:
      return {{value, t, p}};
    case 1:
      return {{q, value, p}};
    case 2:
      return {{p, value, t}};
    case 3:
      return {{p, q, value}};
    case 4:
      return {{t, p, value}};
    default:
      return {{value, p, q}};
  }
}

Palette SamplePalette(Colour colour, CounterRng* rng) {
  Palette palette;
  const float hue =
      kHues[static_cast<size_t>(colour)] + UniformIn({-0.03f, 0.03f}, rng);
  const float value = UniformIn({0.6f, 1}, rng);
  const float saturation = UniformIn({0.7f, 1}, rng);
  palette.object = FromHsv(hue, saturation, value);
  const float pattern_hue = hue + UniformIn({-0.06f, 0.06f}, rng);
  const float pattern_gain = rng->UniformFloat() < 0.5f ? 0.55f : 1.35f;
  palette.object_pattern = FromHsv(pattern_hue, saturation * 0.8f,
                                   ClampToUnit(value * pattern_gain));

  const float value_0 = UniformIn({0.25f, 0.95f}, rng);
  float value_1;
  do {
    value_1 = UniformIn({0.15f, 1}, rng);
  } while (Absolute(value_1 - value_0) < 0.18f);
  const float hue_0 = rng->UniformFloat();
  const float hue_1 = hue_0 + UniformIn({-0.12f, 0.12f}, rng);
  palette.background_at_0 =
      FromHsv(hue_0, UniformIn({0.05f, 0.5f}, rng), value_0);
  palette.background_at_1 =
      FromHsv(hue_1, UniformIn({0.05f, 0.5f}, rng), value_1);
  return palette;
}

}  // namespace maskfill
