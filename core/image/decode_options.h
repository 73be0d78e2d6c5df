// What the decoders refuse, and what they note.
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

struct DecodeNotes {
  // Damage inside a complete file that the codec reported and went over, e.g.
  // stray bytes before a marker. Pillow accepts such files silently, so they
  // are accepted here; a caller may look at the number.
  int64_t warnings = 0;
  // Whether there are frames or pages behind the first one.
  bool has_more_frames = false;
};

// DataLoss when an image of these sizes, below 2^32, has no pixels or too many.
absl::Status CheckImageSize(int64_t height, int64_t width,
                            const DecodeOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_OPTIONS_H_
