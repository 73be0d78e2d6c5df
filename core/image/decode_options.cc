#include "core/image/decode_options.h"

#include "absl/strings/str_cat.h"

namespace maskfill {

absl::Status CheckImageSize(int64_t height, int64_t width,
                            const DecodeOptions& options) {
  if (height <= 0 || width <= 0) {
    return absl::DataLossError(
        absl::StrCat("the image has no pixels (", width, "x", height, ")"));
  }
  // No format knows sides of more than 32 bits, so the product fits.
  const uint64_t pixels =
      static_cast<uint64_t>(height) * static_cast<uint64_t>(width);
  if (pixels > static_cast<uint64_t>(options.max_pixels)) {
    return absl::DataLossError(absl::StrCat(
        "the image is too large: ", width, "x", height, " = ", pixels,
        " pixels, the limit is ", options.max_pixels, "; scale it down first"));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
