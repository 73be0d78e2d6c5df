#include "spurious_shapes/drawing/styles.h"

#include <algorithm>

#include "spurious_shapes/drawing/exact_math.h"

namespace maskfill {
namespace {

constexpr float kMiddle = kPictureUnits / 2;

// The pattern's value per pixel: 0 the object's colour, 1 the pattern's.
// (u, v): position relative to the object's centre, turned as the pattern.
template <typename Pattern>
inline __attribute__((always_inline)) void FillPattern(const Drawing& drawing,
                                                       const ShapePose& pose,
                                                       PixelGrid grid,
                                                       Pattern pattern,
                                                       float* values) {
  const float cos = drawing.fill_cos;
  const float sin = drawing.fill_sin;
  const float step = grid.step();
  const int32_t size = static_cast<int32_t>(grid.size);
  for (int32_t row = 0; row < size; ++row) {
    const float dy = grid.At(row) - pose.centre_y;
    float* out = values + static_cast<int64_t>(row) * size;
    for (int32_t column = 0; column < size; ++column) {
      const float px = (static_cast<float>(column) + 0.5f) * step;
      const float dx = px - pose.centre_x;
      out[column] =
          pattern(cos * dx + sin * dy, cos * dy - sin * dx, px, grid.At(row));
    }
  }
}

MASKFILL_PIXEL_LOOP
void FillObject(const Drawing& drawing, const ShapePose& pose, PixelGrid grid,
                float* values) {
  const float frequency = 1.0f / drawing.fill_period;
  const float phase = drawing.fill_phase;
  const float half_diameter = 0.5f / pose.radius;
  const uint32_t seed = drawing.fill_seed;
  switch (drawing.fill) {
    case Fill::kSolid:
      std::fill(values, values + grid.num_pixels(), 0.0f);
      return;
    case Fill::kGradient:
      return FillPattern(
          drawing, pose, grid,
          [=](float u, float, float, float) __attribute__((always_inline)) {
            return ClampToUnit(0.5f + u * half_diameter);
          },
          values);
    case Fill::kStripes:
      return FillPattern(
          drawing, pose, grid,
          [=](float u, float, float, float) __attribute__((always_inline)) {
            return Fraction((u + phase) * frequency) < 0.5f ? 1.0f : 0.0f;
          },
          values);
    case Fill::kDots:
      return FillPattern(
          drawing, pose, grid,
          [=](float u, float v, float, float) __attribute__((always_inline)) {
            const float a = Fraction((u + phase) * frequency) - 0.5f;
            const float b = Fraction((v + phase) * frequency) - 0.5f;
            return a * a + b * b < 0.09f ? 1.0f : 0.0f;
          },
          values);
    case Fill::kNoise:
      return FillPattern(
          drawing, pose, grid,
          [=](float, float, float x, float y) __attribute__((always_inline)) {
            return ValueNoise(x * (1.0f / 3), y * (1.0f / 3), seed);
          },
          values);
  }
}

// Textured object on a textured background, both shaded by one light.
MASKFILL_PIXEL_LOOP
void PaintPhoto(const Drawing& drawing, const Nuisances& nuisances,
                const ShapePose& pose, PixelGrid grid,
                const PixelFields& fields, const float* fill, float* planes) {
  const float step = grid.step();
  const int32_t size = static_cast<int32_t>(grid.size);
  const float object_light = nuisances.light / pose.radius;
  const float background_light = 0.5f * nuisances.light / kMiddle;
  const float contrast = nuisances.object_contrast;
  for (int channel = 0; channel < 3; ++channel) {
    const float at_0 = drawing.palette.background_at_0.channel[channel];
    const float at_1 = drawing.palette.background_at_1.channel[channel];
    const float plain = drawing.palette.object.channel[channel];
    const float pattern = drawing.palette.object_pattern.channel[channel];
    const float haze = (at_0 + at_1) * 0.5f * (1.0f - contrast);
    for (int32_t row = 0; row < size; ++row) {
      const float y = grid.At(row);
      const int64_t begin = static_cast<int64_t>(row) * size;
      const float* texture = fields.texture + begin;
      const float* coverage = fields.coverage + begin;
      const float* f = fill + begin;
      float* out = planes + channel * grid.num_pixels() + begin;
      for (int32_t column = 0; column < size; ++column) {
        const float x = (static_cast<float>(column) + 0.5f) * step;
        const float w =
            0.5f + (texture[column] - 0.5f) * nuisances.background_contrast;
        const float back_shade =
            1.0f + background_light * (drawing.light_cos * (x - kMiddle) +
                                       drawing.light_sin * (y - kMiddle));
        const float back = (at_0 + (at_1 - at_0) * w) * back_shade;
        const float object_shade =
            1.0f + object_light * (drawing.light_cos * (x - pose.centre_x) +
                                   drawing.light_sin * (y - pose.centre_y));
        const float colour =
            (plain + (pattern - plain) * f[column]) * object_shade;
        const float object = colour * contrast + haze;
        out[column] = back + (object - back) * coverage[column];
      }
    }
  }
}

// Grey lines on grey paper; the background is hatched in half tones.
MASKFILL_PIXEL_LOOP
void PaintSketch(const Drawing& drawing, const Nuisances& nuisances,
                 PixelGrid grid, const PixelFields& fields, float* planes) {
  const float hatching =
      0.55f * nuisances.background_contrast * (drawing.paper - drawing.ink);
  const float inner = drawing.paper - 0.06f;
  const int64_t n = grid.num_pixels();
  for (int64_t p = 0; p < n; ++p) {
    float grey = drawing.paper - (fields.texture[p] > 0.5f ? hatching : 0.0f);
    grey += (inner - grey) * fields.coverage[p];
    grey += (drawing.ink - grey) * fields.outline[p];
    planes[p] = grey;
  }
  std::copy(planes, planes + n, planes + n);
  std::copy(planes, planes + n, planes + 2 * n);
}

// Flat colour with a black outline on two light tones.
MASKFILL_PIXEL_LOOP
void PaintCartoon(const Drawing& drawing, const Nuisances& nuisances,
                  PixelGrid grid, const PixelFields& fields, float* planes) {
  constexpr float kOutlineGrey = 0.05f;
  const int64_t n = grid.num_pixels();
  for (int channel = 0; channel < 3; ++channel) {
    const float at_0 = drawing.palette.background_at_0.channel[channel];
    const float at_1 = drawing.palette.background_at_1.channel[channel];
    const float half = 0.5f * nuisances.background_contrast;
    const float low = 0.35f + 0.65f * (at_0 + (at_1 - at_0) * (0.5f - half));
    const float high = 0.35f + 0.65f * (at_0 + (at_1 - at_0) * (0.5f + half));
    const float object = drawing.palette.object.channel[channel];
    float* out = planes + channel * n;
    for (int64_t p = 0; p < n; ++p) {
      float value = fields.texture[p] > 0.5f ? high : low;
      value += (object - value) * fields.coverage[p];
      value += (kOutlineGrey - value) * fields.outline[p];
      out[p] = value;
    }
  }
}

// A silhouette, dark on light or light on dark, all in one tint.
MASKFILL_PIXEL_LOOP
void PaintStencil(const Drawing& drawing, const Nuisances& nuisances,
                  PixelGrid grid, const PixelFields& fields, float* planes) {
  const float half = 0.5f * 0.35f * nuisances.background_contrast;
  const int64_t n = grid.num_pixels();
  for (int channel = 0; channel < 3; ++channel) {
    const float tint = drawing.tint.channel[channel];
    const float low = (drawing.stencil_back - half) * tint;
    const float high = (drawing.stencil_back + half) * tint;
    const float object = drawing.silhouette * tint;
    float* out = planes + channel * n;
    for (int64_t p = 0; p < n; ++p) {
      const float value = fields.texture[p] > 0.5f ? high : low;
      out[p] = value + (object - value) * fields.coverage[p];
    }
  }
}

}  // namespace

Drawing SampleDrawing(Colour colour, CounterRng* rng) {
  Drawing drawing;
  drawing.palette = SamplePalette(colour, rng);
  const float kind = rng->UniformFloat();
  drawing.fill = kind < 0.5f   ? Fill::kSolid
                 : kind < 0.7f ? Fill::kGradient
                 : kind < 0.8f ? Fill::kStripes
                 : kind < 0.9f ? Fill::kDots
                               : Fill::kNoise;
  const float fill_turns = 0.5f * rng->UniformFloat();
  drawing.fill_cos = CosTurns(fill_turns);
  drawing.fill_sin = SinTurns(fill_turns);
  drawing.fill_period = UniformIn({5, 8}, rng);
  drawing.fill_phase = UniformIn({0, 20}, rng);
  drawing.fill_seed = static_cast<uint32_t>(rng->Next64());
  const float light_turns = rng->UniformFloat();
  drawing.light_cos = CosTurns(light_turns);
  drawing.light_sin = SinTurns(light_turns);
  drawing.paper = UniformIn({0.82f, 1}, rng);
  drawing.ink = UniformIn({0, 0.25f}, rng);
  const bool dark_on_light = rng->UniformFloat() < 0.5f;
  drawing.silhouette = dark_on_light ? UniformIn({0, 0.2f}, rng)  //
                                     : UniformIn({0.8f, 1}, rng);
  drawing.stencil_back = dark_on_light ? UniformIn({0.6f, 0.95f}, rng)
                                       : UniformIn({0.05f, 0.4f}, rng);
  const float tint_hue = rng->UniformFloat();
  drawing.tint = FromHsv(tint_hue, UniformIn({0, 0.35f}, rng), 1);
  return drawing;
}

int OutlineSamples(Style style) {
  switch (style) {
    case Style::kSketch:
      return 3;
    case Style::kCartoon:
      return 2;
    case Style::kPhoto:
    case Style::kStencil:
      return 0;
  }
  return 0;
}

void Paint(Style style, const Drawing& drawing, const Nuisances& nuisances,
           const ShapePose& pose, PixelGrid grid, const PixelFields& fields,
           std::vector<float>* fill, float* planes) {
  switch (style) {
    case Style::kPhoto:
      FillObject(drawing, pose, grid, fill->data());
      PaintPhoto(drawing, nuisances, pose, grid, fields, fill->data(), planes);
      return;
    case Style::kSketch:
      return PaintSketch(drawing, nuisances, grid, fields, planes);
    case Style::kCartoon:
      return PaintCartoon(drawing, nuisances, grid, fields, planes);
    case Style::kStencil:
      return PaintStencil(drawing, nuisances, grid, fields, planes);
  }
}

}  // namespace maskfill
