// The ten shapes as inside tests.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_SHAPES_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_SHAPES_H_

#include <cstdint>

#include "spurious_shapes/factors.h"

namespace maskfill {

// No shape reaches further from its origin.
inline constexpr float kShapeExtent = 1.05f;

// inside[i] = whether the point (x[i], y[i]) lies in the shape, 0 or 1. The
// shape's frame: origin in its middle, y down, radius about 1, upright.
void TestInside(Shape shape, const float* x, const float* y, int64_t n,
                uint8_t* inside);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_SHAPES_H_
