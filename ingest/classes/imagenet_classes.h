// The 1000 classes of ImageNet-1k in label order.
#ifndef MASKFILL_INGEST_CLASSES_IMAGENET_CLASSES_H_
#define MASKFILL_INGEST_CLASSES_IMAGENET_CLASSES_H_

#include <string>
#include <vector>

namespace maskfill {

struct ImagenetClass {
  std::string wnid;  // "n01440764"
  std::string name;  // "tench", as OpenAI's CLIP names it in prompts
};

// Sorted by wnid: position i is label i.
const std::vector<ImagenetClass>& ImagenetClasses();

}  // namespace maskfill

#endif  // MASKFILL_INGEST_CLASSES_IMAGENET_CLASSES_H_
