// A finished picture of a set: with the set's border, and its object's mask.
#ifndef MASKFILL_SPURIOUS_SHAPES_PICTURE_H_
#define MASKFILL_SPURIOUS_SHAPES_PICTURE_H_

#include <cstdint>
#include <vector>

#include "core/image/image.h"
#include "spurious_shapes/renderer.h"

namespace maskfill {

struct Picture {
  Image image;
  // [image.height, image.width] coverage of the object, 0 on the border.
  std::vector<uint8_t> mask;
};

// Renders `scene` and puts `border_px` of pure red around it, as ObjectNet's
// pictures have it.
Picture TakePicture(const Scene& scene, int64_t border_px, Renderer* renderer);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PICTURE_H_
