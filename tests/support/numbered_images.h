// Small sets of images and CAMs for tests.
#ifndef MASKFILL_TESTS_SUPPORT_NUMBERED_IMAGES_H_
#define MASKFILL_TESTS_SUPPORT_NUMBERED_IMAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/image.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// An image of `size` px whose pixels tell the image and their place:
// (number, y, x).
Image NumberedImage(int64_t number, int64_t size);

// Image "image-<number>" with these pixels.
v1::ImageRecord NumberedRecord(int64_t number, int64_t label, int64_t size);

// A CAM of a square grid for `record`; `relevance` row by row.
v1::CamRecord CamFor(const v1::ImageRecord& record,
                     const std::vector<float>& relevance);

// The same relevance for equal ids, with values from 0 to 1.
std::vector<float> SomeRelevance(const std::string& id, int64_t num_patches);

// Writes a finished set of preprocessed images in shards as equal as possible.
RecordSet WriteImageSet(const std::string& dir,
                        const std::vector<v1::ImageRecord>& records,
                        int64_t num_shards);

// Writes the CAMs of `images`, sharded alike. `records`: in its order.
RecordSet WriteCamSet(const std::string& dir, const RecordSet& images,
                      const std::vector<v1::CamRecord>& records);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_NUMBERED_IMAGES_H_
