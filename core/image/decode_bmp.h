// BMP files to pixels; use decode.h, which asks this for such files.
#ifndef MASKFILL_CORE_IMAGE_DECODE_BMP_H_
#define MASKFILL_CORE_IMAGE_DECODE_BMP_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"
#include "core/image/image.h"

namespace maskfill {

// As DecodeImage, for bytes that begin as a BMP file: of OS/2 (headers of 12
// and 64 bytes) and Windows (40, 108 and 124), 1, 4, 8, 16, 24 and 32 bits,
// with the masks that Pillow knows, RLE8 and RLE4, upright or top down.
//
// DataLoss also for what Pillow 9.4 reads wrongly: palettes of greys that it
// takes for another number of bits (0 and 255 of more than 1 bit, 0, 1, 2, ...
// of fewer than 8), and runs of RLE that move on, leave a row empty, go over
// its edge or hold an odd number of 4-bit pixels. `*notes` stay as they are.
absl::StatusOr<Image> DecodeBmp(absl::string_view bytes,
                                const DecodeOptions& options,
                                DecodeNotes* notes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_BMP_H_
