#include "core/image/patch_grid.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace maskfill {

absl::StatusOr<PatchGrid> PatchGrid::ForImage(int64_t height, int64_t width,
                                              int64_t patch_size) {
  if (height <= 0 || width <= 0 || patch_size <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("an image of ", height, "x", width, " px and patches of ",
                     patch_size, " px: all must be positive"));
  }
  if (height % patch_size != 0 || width % patch_size != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "patches of ", patch_size, " px do not divide an image of ", height,
        "x", width, " px; choose sizes that are multiples of the patch size"));
  }
  PatchGrid grid;
  grid.rows = height / patch_size;
  grid.cols = width / patch_size;
  grid.patch_size_px = patch_size;
  return grid;
}

}  // namespace maskfill
