#include "spurious_shapes/cam_quality/object_masks.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/decode.h"
#include "core/image/image.h"

namespace maskfill {
namespace {

std::string PathOf(const std::string& dir, absl::string_view id) {
  return JoinPath(dir, absl::StrCat(id, ".png"));
}

// Sum of the coverage of a patch, 255 per whole pixel.
int64_t CoverageOf(const Image& mask, int64_t top, int64_t left, int64_t height,
                   int64_t width) {
  int64_t sum = 0;
  for (int64_t y = top; y < top + height; ++y) {
    for (int64_t x = left; x < left + width; ++x) sum += mask.Row(y)[3 * x];
  }
  return sum;
}

}  // namespace

absl::StatusOr<ObjectMasks> ObjectMasks::Open(const ObjectMaskOptions& options,
                                              absl::string_view some_id) {
  if (!IsDirectory(options.dir)) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", options.dir, "\" (--masks)"));
  }
  if (PathExists(PathOf(options.dir, some_id))) return ObjectMasks(options);
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ListDirectory(options.dir));
  for (const std::string& name : names) {
    const std::string dir = JoinPath(options.dir, name);
    if (!PathExists(PathOf(dir, some_id))) continue;
    ObjectMaskOptions found = options;
    found.dir = dir;
    return ObjectMasks(std::move(found));
  }
  return absl::NotFoundError(absl::StrCat(
      "image \"", some_id, "\" of --cams has no mask: neither \"",
      PathOf(options.dir, some_id), "\" nor this in a folder of --masks; ",
      "expected the folder masks that make_spurious_shapes wrote together ",
      "with these images"));
}

absl::StatusOr<PatchMask> ObjectMasks::Read(absl::string_view id, int64_t rows,
                                            int64_t cols) const {
  const std::string path = PathOf(options_.dir, id);
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  ASSIGN_OR_RETURN(const Image mask, Annotate(DecodeImage(bytes), path));
  const int64_t border = options_.border_px;
  const int64_t height = mask.height - 2 * border;
  const int64_t width = mask.width - 2 * border;
  if (height < rows || width < cols || height % rows != 0 ||
      width % cols != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", path, "\" has ", mask.width, " x ", mask.height, " px with a ",
        "border of ", border, " px, expected a multiple of the CAM's ", cols,
        " x ", rows, " patches inside the border; for ObjectNet's pictures ",
        "give --border_px=2"));
  }
  PatchMask object(rows * cols);
  const int64_t patch_height = height / rows;
  const int64_t patch_width = width / cols;
  const double enough = options_.object_coverage * 255.0 *
                        static_cast<double>(patch_height * patch_width);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      const int64_t coverage =
          CoverageOf(mask, border + row * patch_height,
                     border + col * patch_width, patch_height, patch_width);
      object.set(row * cols + col, static_cast<double>(coverage) > enough);
    }
  }
  return object;
}

}  // namespace maskfill
