// Where pixels lie. Shapes and textures are defined on a square of 56 x 56
// units; an image of another size shows the same at another resolution.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_PIXEL_GRID_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_PIXEL_GRID_H_

#include <cstdint>

namespace maskfill {

// Side of the picture in units: 7 x 7 patches of 8, ViT-B/32's token grid.
inline constexpr float kPictureUnits = 56.0f;

struct PixelGrid {
  int64_t size = 56;  // px per side

  int64_t num_pixels() const { return size * size; }
  // Units per pixel.
  float step() const { return kPictureUnits / static_cast<float>(size); }
  // The centre of column or row `i`, in units.
  float At(int64_t i) const { return (static_cast<float>(i) + 0.5f) * step(); }
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_PIXEL_GRID_H_
