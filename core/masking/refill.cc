#include "core/masking/refill.h"

#include <cstdint>
#include <cstring>

#include "core/image/resize.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

void CheckSize(const PatchGrid& grid, const Image& image) {
  CHECK_EQ(image.height, grid.height_px());
  CHECK_EQ(image.width, grid.width_px());
}

void CopyBox(const PixelBox& box, const Image& from, Image* to) {
  for (int64_t y = box.top; y < box.top + box.height; ++y) {
    std::memcpy(to->Row(y) + 3 * box.left, from.Row(y) + 3 * box.left,
                static_cast<size_t>(3 * box.width));
  }
}

}  // namespace

void CopyPatches(const PatchGrid& grid, absl::Span<const int64_t> patches,
                 const Image& donor, Image* image) {
  CheckSize(grid, *image);
  CheckSize(grid, donor);
  for (const int64_t patch : patches) {
    CHECK_LT(patch, grid.num_patches());
    CopyBox(grid.BoxOf(patch), donor, image);
  }
}

void FillWithColour(const PatchGrid& grid, const PatchMask& mask,
                    const Rgb& colour, Image* image) {
  CheckSize(grid, *image);
  CHECK_EQ(mask.size(), grid.num_patches());
  for (const int64_t patch : mask.MaskedPatches()) {
    const PixelBox box = grid.BoxOf(patch);
    for (int64_t y = box.top; y < box.top + box.height; ++y) {
      uint8_t* pixel = image->Row(y) + 3 * box.left;
      for (int64_t x = 0; x < box.width; ++x, pixel += 3) {
        std::memcpy(pixel, colour.data(), colour.size());
      }
    }
  }
}

}  // namespace maskfill
