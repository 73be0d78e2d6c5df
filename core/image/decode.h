// Image files to pixels, byte for byte as Pillow's open() and convert("RGB").
//
//   ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
//   ASSIGN_OR_RETURN(Image image, Annotate(DecodeImage(bytes), path));
//
// What that means: grey is replicated, alpha is dropped (never composited), a
// palette is looked up, of 16-bit RGB the high byte counts, CMYK and YCCK JPEGs
// are taken as inverted (Adobe's convention) and go through Pillow's naive
// formula. EXIF orientation and colour profiles are ignored, but for the
// orientation of a TIFF file, by which Pillow's open() turns it. Of animations
// and of files with several pages the first frame is taken.
#ifndef MASKFILL_CORE_IMAGE_DECODE_H_
#define MASKFILL_CORE_IMAGE_DECODE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"
#include "core/image/image.h"
#include "core/image/image_format.h"

namespace maskfill {

// What else is known after decoding.
struct DecodeReport {
  ImageFormat format = ImageFormat::kJpeg;
  DecodeNotes notes = {};
};

// The pixels of an image file of any of kImageFormats, of its first frame.
//
// DataLoss when the file is cut, damaged, of another format, of a kind of its
// format that is not supported (the message names it), or larger than the
// options allow; whatever Pillow refuses is refused, and nothing is ever
// padded. Beyond Pillow, a JPEG, also inside TIFF, whose data end before its
// pixels do (Pillow fills the rest with grey), a PNG whose checksums do not
// match, and a PNG or GIF that is cut behind its pixels are refused, and so is
// what Pillow reads wrongly: 16-bit grey, which it clips to nonsense, some BMP
// files (decode_bmp.h), GIF (decode_gif.h) and TIFF files (decode_tiff.h). Of a
// TIFF file, pages behind the first are not looked at. Errors do not name the
// file: callers annotate. Thread-safe; takes about 4 bytes of memory per pixel,
// progressive JPEGs and animated WebP 11.
absl::StatusOr<Image> DecodeImage(absl::string_view bytes,
                                  const DecodeOptions& options = {},
                                  DecodeReport* report = nullptr);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_H_
