#include "spurious_shapes/renderer.h"

#include "core/base/counter_rng.h"
#include "spurious_shapes/drawing/backgrounds.h"
#include "spurious_shapes/drawing/styles.h"

namespace maskfill {

Renderer::Renderer(int64_t image_size)
    : grid_{image_size},
      rasterizer_(grid_),
      camera_(grid_),
      coverage_(grid_.num_pixels()),
      outline_(grid_.num_pixels()),
      texture_(grid_.num_pixels()),
      fill_(grid_.num_pixels()),
      planes_(3 * grid_.num_pixels()) {}

void Renderer::Render(const Scene& scene, uint8_t* pixels, uint8_t* coverage) {
  const Factors& factors = scene.factors;
  const Nuisances& nuisances = scene.nuisances;
  CounterRng rng(scene.appearance_seed, "spurious_shapes/appearance", 0, "");
  const Drawing drawing = SampleDrawing(factors.colour, &rng);
  const BackgroundTexture background =
      SampleBackground(factors.background, &rng);
  const uint64_t noise_seed = rng.Next64();

  const ShapePose pose = PoseOf(nuisances);
  rasterizer_.Draw(factors.shape, pose, OutlineSamples(factors.style),
                   coverage_.data(), outline_.data());
  FillBackground(background, grid_, texture_.data());
  Paint(factors.style, drawing, nuisances, pose, grid_,
        {texture_.data(), coverage_.data(), outline_.data()}, &fill_,
        planes_.data());
  camera_.Shoot(nuisances.blur, nuisances.noise, noise_seed, planes_.data(),
                pixels);
  if (coverage == nullptr) return;
  for (int64_t p = 0; p < grid_.num_pixels(); ++p) {
    coverage[p] =
        static_cast<uint8_t>(static_cast<int>(coverage_[p] * 255.0f + 0.5f));
  }
}

Image Renderer::Render(const Scene& scene) {
  Image image(grid_.size, grid_.size);
  Render(scene, image.pixels.data(), nullptr);
  return image;
}

}  // namespace maskfill
