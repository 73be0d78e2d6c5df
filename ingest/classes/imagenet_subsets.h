// The classes of ImageNet-1k that ImageNet-A and ImageNet-R have.
#ifndef MASKFILL_INGEST_CLASSES_IMAGENET_SUBSETS_H_
#define MASKFILL_INGEST_CLASSES_IMAGENET_SUBSETS_H_

#include <cstdint>
#include <vector>

namespace maskfill {

enum class ImagenetSubset { kA, kR };
// "ImageNet-A", for messages.
const char* ToString(ImagenetSubset subset);

// The labels of its 200 classes among the 1000, ascending (Hendrycks et al.:
// github.com/hendrycks/natural-adv-examples and imagenet-r, MIT licence).
const std::vector<int64_t>& LabelsOf(ImagenetSubset subset);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_CLASSES_IMAGENET_SUBSETS_H_
