// The ten background textures, as values per pixel before any colour.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_BACKGROUNDS_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_BACKGROUNDS_H_

#include <cstdint>

#include "core/base/counter_rng.h"
#include "spurious_shapes/drawing/pixel_grid.h"
#include "spurious_shapes/factors.h"

namespace maskfill {

// One texture of a family: where it lies and how large it is.
struct BackgroundTexture {
  Background family = Background::kStripes;
  float scale = 1;  // 0.8 to 1.3
  float cos = 1;    // of the orientation, 0 to half a turn
  float sin = 0;
  float phase = 0;     // units
  float choice_a = 0;  // [0, 1), for what a family still has to choose
  float choice_b = 0;
  uint32_t seed = 0;  // of its hashes
};

BackgroundTexture SampleBackground(Background family, CounterRng* rng);

// values[p] in [0, 1] for each pixel of `grid`: 0 and 1 are the texture's two
// colours.
void FillBackground(const BackgroundTexture& texture, PixelGrid grid,
                    float* values);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_BACKGROUNDS_H_
