// From records to pixels of the size that a model takes.
#ifndef MASKFILL_CORE_IMAGE_RECORD_PIXELS_H_
#define MASKFILL_CORE_IMAGE_RECORD_PIXELS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/image/image.h"
#include "proto/records.pb.h"

namespace maskfill {

// `block` as an image. DataLoss when its sizes and bytes do not fit.
absl::StatusOr<Image> ImageFromPixelBlock(const v1::PixelBlock& block);
v1::PixelBlock ToPixelBlock(const Image& image);

// [image_size, image_size, 3] pixels of `record`: its preprocessed pixels as
// they are, or its file decoded, resized and cropped (clip_preprocess.h).
//
// FailedPrecondition when preprocessed pixels have another size; DataLoss when
// the payload is missing or damaged. Errors name the record's id.
absl::StatusOr<Image> PixelsFromRecord(const v1::ImageRecord& record,
                                       int64_t image_size);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_RECORD_PIXELS_H_
