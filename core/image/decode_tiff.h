// TIFF files to pixels; use decode.h, which asks this for such files.
#ifndef MASKFILL_CORE_IMAGE_DECODE_TIFF_H_
#define MASKFILL_CORE_IMAGE_DECODE_TIFF_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"
#include "core/image/image.h"

namespace maskfill {

// As DecodeImage, for bytes that begin as a TIFF file: its first page, turned
// as its Orientation tag says, which Pillow does, too.
//
// Supported are strips and tiles, both byte orders, BigTIFF of Intel's, one
// plane or one per colour of 8 bits; grey and palette of 1, 2, 4 and 8 bits,
// RGB with or without more channels of 8 and 16 bits, CMYK of 8, YCbCr inside
// JPEG; not compressed, LZW, Deflate, PackBits, JPEG and the fax codes.
// Associated alpha is divided out and then dropped, as by Pillow. DataLoss
// names other kinds. Adds to `*notes`.
absl::StatusOr<Image> DecodeTiff(absl::string_view bytes,
                                 const DecodeOptions& options,
                                 DecodeNotes* notes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_TIFF_H_
