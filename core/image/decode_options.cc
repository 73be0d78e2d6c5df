#include "core/image/decode_options.h"

#include "absl/strings/str_cat.h"

namespace maskfill {

absl::Status CheckImageSize(int64_t height, int64_t width,
                            const DecodeOptions& options) {
  if (height <= 0 || width <= 0) {
    return absl::DataLossError(
        absl::StrCat("the image has no pixels (", width, "x", height, ")"));
  }
  // Neither codec knows sides of more than 31 bits, so the product fits.
  if (height * width > options.max_pixels) {
    return absl::DataLossError(absl::StrCat(
        "the image is too large: ", width, "x", height, " = ", height * width,
        " pixels, the limit is ", options.max_pixels, "; scale it down first"));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
