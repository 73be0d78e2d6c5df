// PNG files to pixels; use decode.h, which asks this for such files.
#ifndef MASKFILL_CORE_IMAGE_DECODE_PNG_H_
#define MASKFILL_CORE_IMAGE_DECODE_PNG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"
#include "core/image/image.h"

namespace maskfill {

// As DecodeImage, for bytes that begin as a PNG file. Adds to `*notes`.
absl::StatusOr<Image> DecodePng(absl::string_view bytes,
                                const DecodeOptions& options,
                                DecodeNotes* notes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_PNG_H_
