// The 1000 classes of ImageNet-1k in label order, and which of them ImageNet-A
// and ImageNet-R have.
#ifndef MASKFILL_INGEST_CLASSES_IMAGENET_CLASSES_H_
#define MASKFILL_INGEST_CLASSES_IMAGENET_CLASSES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace maskfill {

struct ImagenetClass {
  std::string wnid;  // "n01440764"
  std::string name;  // "tench", as OpenAI's CLIP names it in prompts
};

// Sorted by wnid: position i is label i.
const std::vector<ImagenetClass>& ImagenetClasses();

enum class ImagenetSubset { kA, kR };
// "ImageNet-A", for messages.
const char* ToString(ImagenetSubset subset);

// The labels of its 200 classes among the 1000, ascending (Hendrycks et al.:
// github.com/hendrycks/natural-adv-examples and imagenet-r, MIT licence).
const std::vector<int64_t>& LabelsOf(ImagenetSubset subset);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_CLASSES_IMAGENET_CLASSES_H_
