// What the decoders refuse.
#ifndef MASKFILL_CORE_IMAGE_DECODE_OPTIONS_H_
#define MASKFILL_CORE_IMAGE_DECODE_OPTIONS_H_

#include <cstdint>

#include "absl/status/status.h"

namespace maskfill {

struct DecodeOptions {
  // Pillow's limit against decompression bombs: checked before any buffer for
  // pixels is allocated.
  int64_t max_pixels = 178'956'970;
  // A progressive JPEG may repeat scans without end; real ones have about 10.
  int max_scans = 100;
};

// DataLoss when an image of these sizes has no pixels or too many.
absl::Status CheckImageSize(int64_t height, int64_t width,
                            const DecodeOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_OPTIONS_H_
