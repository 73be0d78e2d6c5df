// The last step to a picture: blur, sensor noise and 8 bits.
#ifndef MASKFILL_SPURIOUS_SHAPES_DRAWING_CAMERA_H_
#define MASKFILL_SPURIOUS_SHAPES_DRAWING_CAMERA_H_

#include <cstdint>
#include <vector>

#include "spurious_shapes/drawing/pixel_grid.h"

namespace maskfill {

// Reuses its buffers between calls; not thread-safe.
class Camera {
 public:
  explicit Camera(PixelGrid grid);

  // Mixes `blur` (0 to 1) of the 3x3 mean into planes [3, size, size], adds
  // noise of standard deviation `noise` (0: none) that depends on `seed`
  // alone, clamps to [0, 1] and rounds to pixels [size, size, 3]. `planes` is
  // left in an undefined state.
  void Shoot(float blur, float noise, uint64_t seed, float* planes,
             uint8_t* pixels);

 private:
  void Blur(float share, float* plane);

  const PixelGrid grid_;
  std::vector<float> sums_;     // [size, size + 2] of three rows, padded
  std::vector<int16_t> noise_;  // [3, size, size], + 1 when that is odd
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DRAWING_CAMERA_H_
