// A shape's place in the picture as coverage per pixel.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_RASTERIZER_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_RASTERIZER_H_

#include <cstdint>
#include <vector>

#include "spurious_shapes/drawing/pixel_grid.h"
#include "spurious_shapes/factors.h"
#include "spurious_shapes/nuisances.h"

namespace maskfill {

// Position and size in the picture's units.
struct ShapePose {
  float centre_x = 0;
  float centre_y = 0;
  float radius = 0;
  float cos = 1;  // of the rotation
  float sin = 0;
  float aspect = 1;
  float shear = 0;
};

ShapePose PoseOf(const Nuisances& nuisances);

// Draws with 2 x 2 samples per pixel. Buffers are reused between calls; not
// thread-safe.
class Rasterizer {
 public:
  explicit Rasterizer(PixelGrid grid);

  // coverage[p]: the share of pixel p's samples inside the shape, a multiple
  // of 1/4. outline[p]: the share of those that lie within `outline_samples`
  // samples (at 56 px; scaled with the image) of the shape's edge, all 0 when
  // that is 0. Both [size, size].
  void Draw(Shape shape, const ShapePose& pose, int outline_samples,
            float* coverage, float* outline);

 private:
  // A half-open range of samples in x and y.
  struct Box {
    int64_t x0, x1, y0, y1;
  };

  Box BoundsOf(const ShapePose& pose) const;
  void FillInside(Shape shape, const ShapePose& pose, const Box& box);
  void FillEdge(const Box& box, int64_t radius);

  const PixelGrid grid_;
  const int64_t samples_;        // per side
  std::vector<float> at_;        // [samples] centres of samples, in units
  std::vector<uint8_t> inside_;  // [samples, samples] 0 or 1
  std::vector<uint8_t> edge_;    // [samples, samples] 0 or 1
  std::vector<uint8_t> core_;    // [samples] of one row: not on the edge
  std::vector<float> x_;         // [samples] of one row, shape's frame
  std::vector<float> y_;
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_RASTERIZER_H_
