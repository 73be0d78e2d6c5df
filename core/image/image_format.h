// The formats of image files that are decoded.
#ifndef MASKFILL_CORE_IMAGE_IMAGE_FORMAT_H_
#define MASKFILL_CORE_IMAGE_IMAGE_FORMAT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

enum class ImageFormat { kJpeg, kPng, kWebp, kGif, kBmp, kTiff };
inline constexpr ImageFormat kImageFormats[] = {
    ImageFormat::kJpeg, ImageFormat::kPng, ImageFormat::kWebp,
    ImageFormat::kGif,  ImageFormat::kBmp, ImageFormat::kTiff};

// "jpeg", "png", "webp", "gif", "bmp" or "tiff": as in EncodedImage.format.
const char* ToString(ImageFormat format);
absl::StatusOr<ImageFormat> ParseImageFormat(absl::string_view text);

// What such a file is called in messages: "a GIF image".
const char* Describe(ImageFormat format);

// What the names of such files end with, ".jpg" or ".jpeg", separated by
// spaces, in small letters.
const char* SuffixesOf(ImageFormat format);

// By the first bytes, never by a file's name. DataLoss for anything else; the
// message names what was found where it is known ("an SVG image").
absl::StatusOr<ImageFormat> SniffImageFormat(absl::string_view bytes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_IMAGE_FORMAT_H_
