// Image files to pixels, byte for byte as Pillow's open() and convert("RGB").
//
//   ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
//   ASSIGN_OR_RETURN(Image image, Annotate(DecodeImage(bytes), path));
//
// What that means: grey is replicated, alpha is dropped (never composited), a
// palette is looked up, of 16-bit RGB the high byte counts, CMYK and YCCK JPEGs
// are taken as inverted (Adobe's convention) and go through Pillow's naive
// formula. EXIF orientation and colour profiles are ignored.
#ifndef MASKFILL_CORE_IMAGE_DECODE_H_
#define MASKFILL_CORE_IMAGE_DECODE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"
#include "core/image/image.h"

namespace maskfill {

enum class ImageFormat { kJpeg, kPng, kWebp };

// "jpeg", "png" or "webp": as in EncodedImage.format.
const char* ToString(ImageFormat format);

// By the first bytes, never by a file's name. DataLoss for anything else; the
// message names what was found where it is a known format ("a GIF image").
absl::StatusOr<ImageFormat> SniffImageFormat(absl::string_view bytes);

// What else is known after decoding.
struct DecodeReport {
  ImageFormat format = ImageFormat::kJpeg;
  // Damage inside a complete file that libjpeg or libpng reported and went
  // over, e.g. stray bytes before a marker. Pillow accepts such files silently,
  // so they are accepted here; a caller may look at the number.
  int64_t warnings = 0;
};

// The pixels of a JPEG, PNG or (still) WebP file.
//
// DataLoss when the file is cut, damaged, of another format, or larger than
// the options allow; whatever Pillow refuses is refused, and nothing is ever
// padded. Beyond Pillow, a JPEG whose data end before its pixels do (Pillow
// fills the rest with grey), a PNG whose checksums do not match and one that is
// cut behind its pixels are refused, and so is 16-bit grey, which Pillow clips
// to nonsense. Errors do not name the file: callers annotate. Thread-safe;
// takes about 4 bytes of memory per pixel, progressive JPEGs 10.
absl::StatusOr<Image> DecodeImage(absl::string_view bytes,
                                  const DecodeOptions& options = {},
                                  DecodeReport* report = nullptr);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_H_
