// How a vision transformer cuts an image into patches.
#ifndef MASKFILL_CORE_IMAGE_PATCH_GRID_H_
#define MASKFILL_CORE_IMAGE_PATCH_GRID_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/image/resize.h"

namespace maskfill {

// Patches are numbered row by row, as the transformer's tokens are (without
// the class token).
struct PatchGrid {
  // InvalidArgument unless `patch_size` divides both sides, all in px.
  static absl::StatusOr<PatchGrid> ForImage(int64_t height, int64_t width,
                                            int64_t patch_size);

  int64_t num_patches() const { return rows * cols; }
  int64_t height_px() const { return rows * patch_size_px; }
  int64_t width_px() const { return cols * patch_size_px; }
  // The pixels of a patch, 0 <= patch < num_patches().
  PixelBox BoxOf(int64_t patch) const {
    return {.top = patch / cols * patch_size_px,
            .left = patch % cols * patch_size_px,
            .height = patch_size_px,
            .width = patch_size_px};
  }

  int64_t rows = 0;           // patches
  int64_t cols = 0;           // patches
  int64_t patch_size_px = 0;  // side of a patch
};

inline bool operator==(const PatchGrid& a, const PatchGrid& b) {
  return a.rows == b.rows && a.cols == b.cols &&
         a.patch_size_px == b.patch_size_px;
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_PATCH_GRID_H_
