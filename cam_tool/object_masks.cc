#include "cam_tool/object_masks.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/decode.h"
#include "core/image/image.h"

namespace maskfill {
namespace {

// An id is data: it names a file below the directory and no other.
absl::Status CheckId(absl::string_view id) {
  if (StaysBelow(id)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the id \"", absl::CEscape(id),
                                          "\" of --cams leads out of ",
                                          "--masks, expected a path below it"));
}

std::string PathOf(const std::string& dir, absl::string_view id) {
  return JoinPath(dir, absl::StrCat(id, ".png"));
}

// A picture taken for a mask would give numbers that mean nothing, and a FIFO
// would never give any.
absl::StatusOr<Image> ReadMask(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) &&
      !std::filesystem::is_regular_file(path, error)) {
    return absl::DataLossError(
        absl::StrCat("\"", path, "\" is no regular file, expected a PNG"));
  }
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  ASSIGN_OR_RETURN(Image mask, Annotate(DecodeImage(bytes), path));
  for (int64_t y = 0; y < mask.height; ++y) {
    const uint8_t* row = mask.Row(y);
    for (int64_t x = 0; x < mask.width; ++x, row += 3) {
      if (row[0] == row[1] && row[1] == row[2]) continue;
      return absl::DataLossError(absl::StrCat(
          "\"", path, "\" has the colour ", row[0], " ", row[1], " ", row[2],
          " in column ", x, " of row ", y, ", expected a grey mask, 255 where ",
          "the object is; is --masks the folder of the images themselves?"));
    }
  }
  return mask;
}

// The share of a box's pixels that is covered, 0 to 1.
double CoverageOf(const Image& mask, int64_t top, int64_t bottom, int64_t left,
                  int64_t right) {
  int64_t sum = 0;
  for (int64_t y = top; y < bottom; ++y) {
    for (int64_t x = left; x < right; ++x) sum += mask.Row(y)[3 * x];
  }
  return static_cast<double>(sum) /
         static_cast<double>(255 * (bottom - top) * (right - left));
}

}  // namespace

absl::StatusOr<ObjectMasks> ObjectMasks::Open(const ObjectMaskOptions& options,
                                              absl::string_view some_id) {
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(options.dir));
  if (!is_directory) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", options.dir, "\" (--masks)"));
  }
  RETURN_IF_ERROR(CheckId(some_id));
  ASSIGN_OR_RETURN(const bool is_here, FindPath(PathOf(options.dir, some_id)));
  if (is_here) return ObjectMasks(options);
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ListDirectory(options.dir));
  for (const std::string& name : names) {
    const std::string dir = JoinPath(options.dir, name);
    ASSIGN_OR_RETURN(const bool is_there, FindPath(PathOf(dir, some_id)));
    if (!is_there) continue;
    ObjectMaskOptions found = options;
    found.dir = dir;
    return ObjectMasks(std::move(found));
  }
  return absl::NotFoundError(absl::StrCat(
      "image \"", some_id, "\" of --cams has no mask: neither \"",
      PathOf(options.dir, some_id), "\" nor this in a folder of --masks; ",
      "expected a PNG for every image, as in the folder masks that ",
      "make_spurious_shapes wrote together with its images"));
}

absl::StatusOr<PatchMask> ObjectMasks::Read(absl::string_view id, int64_t rows,
                                            int64_t cols) const {
  RETURN_IF_ERROR(CheckId(id));
  const std::string path = PathOf(options_.dir, id);
  ASSIGN_OR_RETURN(const Image mask, ReadMask(path));
  const int64_t border = options_.border_px;
  const int64_t side = std::min(mask.height, mask.width) - 2 * border;
  if (side < rows || side < cols) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", path, "\" has ", mask.width, " x ", mask.height, " px with a ",
        "border of ", border, " px, expected at least a pixel for each of the ",
        "CAM's ", cols, " x ", rows, " patches inside the border"));
  }
  const int64_t top = (mask.height - side) / 2;
  const int64_t left = (mask.width - side) / 2;
  PatchMask object(rows * cols);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      const double coverage = CoverageOf(
          mask, top + row * side / rows, top + (row + 1) * side / rows,
          left + col * side / cols, left + (col + 1) * side / cols);
      object.set(row * cols + col, coverage > options_.object_coverage);
    }
  }
  return object;
}

}  // namespace maskfill
