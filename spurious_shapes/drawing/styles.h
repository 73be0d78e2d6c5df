// The four ways to draw a scene: from coverage and texture to colour.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_STYLES_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_STYLES_H_

#include <cstdint>
#include <vector>

#include "core/base/counter_rng.h"
#include "spurious_shapes/drawing/palette.h"
#include "spurious_shapes/drawing/pixel_grid.h"
#include "spurious_shapes/drawing/rasterizer.h"
#include "spurious_shapes/factors.h"
#include "spurious_shapes/nuisances.h"

namespace maskfill {

// The pattern on an object in a photo.
enum class Fill { kSolid, kGradient, kStripes, kDots, kNoise };

// What a picture's drawing leaves open, drawn for every style alike.
struct Drawing {
  Palette palette;
  Fill fill = Fill::kSolid;
  float fill_cos = 1;  // orientation
  float fill_sin = 0;
  float fill_period = 6;  // units, 5 to 8
  float fill_phase = 0;   // units
  uint32_t fill_seed = 0;
  float light_cos = 1;  // where the light comes from
  float light_sin = 0;
  float paper = 1;         // grey of a sketch's paper, 0.82 to 1
  float ink = 0;           // grey of its lines, 0 to 0.25
  float silhouette = 0;    // grey of a stencil's object
  float stencil_back = 1;  // and of what is behind it
  Rgb tint;                // of a stencil
};

Drawing SampleDrawing(Colour colour, CounterRng* rng);

// Width of the style's outline in samples (half pixels at 56 px), 0 for none.
int OutlineSamples(Style style);

// What is known of each pixel, all [size, size]. Borrowed.
struct PixelFields {
  const float* texture;   // FillBackground
  const float* coverage;  // Rasterizer
  const float* outline;
};

// Planes of red, green and blue, [3, size, size]; about 0 to 1, not clamped.
// `fill` is room for [size, size] values.
void Paint(Style style, const Drawing& drawing, const Nuisances& nuisances,
           const ShapePose& pose, PixelGrid grid, const PixelFields& fields,
           std::vector<float>* fill, float* planes);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_STYLES_H_
