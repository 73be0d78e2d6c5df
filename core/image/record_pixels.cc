#include "core/image/record_pixels.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"

namespace maskfill {
namespace {

absl::StatusOr<Image> Pixels(const v1::ImageRecord& record,
                             int64_t image_size) {
  switch (record.payload_case()) {
    case v1::ImageRecord::kPixels: {
      const v1::PixelBlock& block = record.pixels();
      if (block.height() != image_size || block.width() != image_size) {
        return absl::FailedPreconditionError(absl::StrCat(
            "its preprocessed pixels are ", block.width(), "x", block.height(),
            ", expected ", image_size, "x", image_size,
            "; ingest again with --image_size=", image_size));
      }
      return ImageFromPixelBlock(block);
    }
    case v1::ImageRecord::kEncoded: {
      ASSIGN_OR_RETURN(const Image image, DecodeImage(record.encoded().data()));
      return ResizeAndCenterCrop(image, image_size);
    }
    case v1::ImageRecord::PAYLOAD_NOT_SET:
      break;
  }
  return absl::DataLossError("the record holds neither pixels nor a file");
}

}  // namespace

absl::StatusOr<Image> ImageFromPixelBlock(const v1::PixelBlock& block) {
  const int64_t height = block.height();
  const int64_t width = block.width();
  if (height <= 0 || width <= 0 ||
      static_cast<int64_t>(block.data().size()) != height * width * 3) {
    return absl::DataLossError(absl::StrCat(
        "a pixel block of ", width, "x", height, " holds ", block.data().size(),
        " bytes, expected ", height * width * 3));
  }
  Image image;
  image.height = height;
  image.width = width;
  // Of one type, so that it is a copy of memory and no loop over bytes.
  const auto* pixels = reinterpret_cast<const uint8_t*>(block.data().data());
  image.pixels.assign(pixels, pixels + block.data().size());
  return image;
}

v1::PixelBlock ToPixelBlock(const Image& image) {
  v1::PixelBlock block;
  block.set_height(image.height);
  block.set_width(image.width);
  block.set_data(image.pixels.data(), image.pixels.size());
  return block;
}

absl::StatusOr<Image> PixelsFromRecord(const v1::ImageRecord& record,
                                       int64_t image_size) {
  return Annotate(Pixels(record, image_size),
                  absl::StrCat("image '", record.id(), "'"));
}

}  // namespace maskfill
