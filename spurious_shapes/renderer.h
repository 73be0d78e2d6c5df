// Scenes to pixels: the same bytes on every machine.
#ifndef MASKFILL_SPURIOUS_SHAPES_RENDERER_H_
#define MASKFILL_SPURIOUS_SHAPES_RENDERER_H_

#include <cstdint>
#include <vector>

#include "core/image/image.h"
#include "spurious_shapes/drawing/camera.h"
#include "spurious_shapes/drawing/pixel_grid.h"
#include "spurious_shapes/drawing/rasterizer.h"
#include "spurious_shapes/scene.h"

namespace maskfill {

// Changes whenever the bytes of any picture change.
inline constexpr int kRendererVersion = 1;

// Draws one scene after another into buffers of its own size.
//
//   Renderer renderer(/*image_size=*/56);
//   std::vector<uint8_t> batch(n * renderer.image_bytes());
//   for (int64_t i = 0; i < n; ++i) {
//     renderer.Render(scenes[i], &batch[i * renderer.image_bytes()], nullptr);
//   }
//
// About 0.05 ms per picture of 56 px on one core. Not thread-safe: one
// renderer per thread.
class Renderer {
 public:
  // `image_size`: px per side, 1 or more. 56 is the benchmark's; others show
  // the same scene at another resolution (noise, and blur by one pixel, are
  // per pixel).
  explicit Renderer(int64_t image_size);

  int64_t image_size() const { return grid_.size; }
  int64_t image_bytes() const { return 3 * grid_.num_pixels(); }
  int64_t coverage_bytes() const { return grid_.num_pixels(); }

  // pixels: [size, size, 3], RGB. coverage: [size, size], how much of a pixel
  // the object covers (0, 64, 128, 191 or 255), before blur; may be nullptr.
  void Render(const Scene& scene, uint8_t* pixels, uint8_t* coverage);

  // The picture as an image.
  Image Render(const Scene& scene);

 private:
  const PixelGrid grid_;
  Rasterizer rasterizer_;
  Camera camera_;
  std::vector<float> coverage_;  // [size, size]
  std::vector<float> outline_;   // [size, size]
  std::vector<float> texture_;   // [size, size]
  std::vector<float> fill_;      // [size, size]
  std::vector<float> planes_;    // [3, size, size]
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_RENDERER_H_
