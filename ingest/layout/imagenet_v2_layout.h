// --layout=imagenet_v2: ImageNet-V2, whose folders are named by labels.
#ifndef MASKFILL_INGEST_LAYOUT_IMAGENET_V2_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_IMAGENET_V2_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "ingest/classes/class_list.h"
#include "ingest/image_list.h"

namespace maskfill {

// The images of <source>/<label>/**, for example
// imagenetv2-matched-frequency-format-val/281/*: label = int(folder name), not
// the folder's place among sorted names ("0", "1", "10", "100", ...). All
// classes are allowed.
//
// InvalidArgument when a folder is not a number below the number of classes;
// otherwise as labelled_folders.h.
absl::StatusOr<ImageList> ListImagenetV2Layout(const std::string& source,
                                               const ClassList& classes);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_IMAGENET_V2_LAYOUT_H_
