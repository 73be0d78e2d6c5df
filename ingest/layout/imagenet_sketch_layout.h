// --layout=imagenet_sketch: ImageNet-Sketch, class folders without a split.
#ifndef MASKFILL_INGEST_LAYOUT_IMAGENET_SKETCH_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_IMAGENET_SKETCH_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "ingest/classes/class_list.h"
#include "ingest/image_list.h"

namespace maskfill {

// The images of <source>/<class key>/**, `source` being the archive's
// directory "sketch"; all classes are allowed. Errors as labelled_folders.h.
absl::StatusOr<ImageList> ListImagenetSketchLayout(const std::string& source,
                                                   const ClassList& classes);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_IMAGENET_SKETCH_LAYOUT_H_
