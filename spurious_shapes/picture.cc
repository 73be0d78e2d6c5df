#include "spurious_shapes/picture.h"

#include <algorithm>
#include <utility>

namespace maskfill {
namespace {

constexpr uint8_t kRed[3] = {255, 0, 0};

}  // namespace

Picture TakePicture(const Scene& scene, int64_t border_px, Renderer* renderer) {
  const int64_t size = renderer->image_size();
  Picture inner{Image(size, size), std::vector<uint8_t>(size * size)};
  renderer->Render(scene, inner.image.pixels.data(), inner.mask.data());
  if (border_px == 0) return inner;

  const int64_t outer_size = size + 2 * border_px;
  Picture outer{Image(outer_size, outer_size),
                std::vector<uint8_t>(outer_size * outer_size)};
  std::vector<uint8_t>& pixels = outer.image.pixels;
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = kRed[i % 3];
  for (int64_t y = 0; y < size; ++y) {
    std::copy_n(inner.image.Row(y), 3 * size,
                outer.image.Row(y + border_px) + 3 * border_px);
    std::copy_n(&inner.mask[y * size], size,
                &outer.mask[(y + border_px) * outer_size + border_px]);
  }
  return outer;
}

}  // namespace maskfill
