// All sets at a glance.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_CONTACT_SHEET_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_CONTACT_SHEET_H_

#include <cstdint>

#include "core/image/image.h"

namespace maskfill {

// Ten rows of twenty pictures of `image_size` px, two of each class, classes
// in label order: train, ID, V2, R, Sketch, ObjectNet (with its border), A,
// two rows of pre-training pictures, and the object masks of the first of
// these. Two px apart on white, each pixel drawn `zoom` x `zoom`.
Image MakeContactSheet(uint64_t seed, double correlation, int64_t image_size,
                       int64_t zoom);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_CONTACT_SHEET_H_
