// The colours of one picture.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_PALETTE_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_PALETTE_H_

#include "core/base/counter_rng.h"
#include "spurious_shapes/factors.h"

namespace maskfill {

// Red, green and blue, 0 to 1.
struct Rgb {
  float channel[3] = {0, 0, 0};
};

// Hue in turns (any), saturation and value in [0, 1].
Rgb FromHsv(float hue, float saturation, float value);

struct Palette {
  Rgb object;           // the colour that the picture is named by
  Rgb object_pattern;   // of the pattern on the object: darker or lighter
  Rgb background_at_0;  // of texture value 0
  Rgb background_at_1;  // of texture value 1; their values differ by > 0.18
};

// The object's hue lies within 0.03 of the colour's. The background is free,
// but pale: saturation at most 0.5.
Palette SamplePalette(Colour colour, CounterRng* rng);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_PALETTE_H_
