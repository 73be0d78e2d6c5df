// How a camera was held, as EXIF says it.
#ifndef MASKFILL_CORE_IMAGE_EXIF_ORIENTATION_H_
#define MASKFILL_CORE_IMAGE_EXIF_ORIENTATION_H_

#include "absl/strings/string_view.h"
#include "core/image/image.h"

namespace maskfill {

// The orientation in the EXIF data of a JPEG (first APP1 segment of them), PNG
// (eXIf) or WebP file (EXIF): tag 0x0112 of the first directory, 1 to 8 (Exif
// 2.32, 4.6.4). 1, the upright one, where there is none, where it is no such
// number, and where the data are damaged: what DecodeImage takes is never
// refused for them. XMP is not looked at. Thread-safe; copies nothing.
int ExifOrientation(absl::string_view file);

// `image` as it is to be seen, as Pillow's ImageOps.exif_transpose turns it.
// `orientation` is 1 to 8; 5 to 8 swap height and width.
Image ApplyOrientation(const Image& image, int orientation);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_EXIF_ORIENTATION_H_
