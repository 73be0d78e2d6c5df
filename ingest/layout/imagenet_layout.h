// --layout=imagenet: ImageNet-1k as it is unpacked, or any part of it.
#ifndef MASKFILL_INGEST_LAYOUT_IMAGENET_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_IMAGENET_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "ingest/classes/class_list.h"
#include "ingest/image_list.h"

namespace maskfill {

// The images of <source>/<split>/<class key>/**. Labels, class keys and names
// are those of `classes` however few of them are there, so that a sample keeps
// the full label space.
//
// NotFound when the split's folder is missing (what is there is listed);
// InvalidArgument when a folder is not one of the class keys; and as
// class_folders.h.
absl::StatusOr<ImageList> ListImagenetLayout(const std::string& source,
                                             const std::string& split,
                                             const ClassList& classes);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_IMAGENET_LAYOUT_H_
