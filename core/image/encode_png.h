// Pixels to a PNG file, for previews and tests.
#ifndef MASKFILL_CORE_IMAGE_ENCODE_PNG_H_
#define MASKFILL_CORE_IMAGE_ENCODE_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/image/image.h"

namespace maskfill {

// The bytes of an 8-bit RGB PNG without ancillary chunks; the same for the
// same pixels. InvalidArgument for an image without pixels.
absl::StatusOr<std::string> EncodePng(const Image& image);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_ENCODE_PNG_H_
