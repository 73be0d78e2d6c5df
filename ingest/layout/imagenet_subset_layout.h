// --layout=imagenet_a and imagenet_r: ImageNet-A and ImageNet-R, class folders
// of 200 of the 1000 classes.
#ifndef MASKFILL_INGEST_LAYOUT_IMAGENET_SUBSET_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_IMAGENET_SUBSET_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "ingest/classes/class_list.h"
#include "ingest/classes/imagenet_subsets.h"
#include "ingest/image_list.h"

namespace maskfill {

// The images of <source>/<class key>/**. Labels are those of `classes`.
// Allowed are the set's 200 classes, however few of them are there; of a list
// from a file those that have a folder.
//
// InvalidArgument when a folder is a class that the set does not have;
// otherwise as labelled_folders.h.
absl::StatusOr<ImageList> ListImagenetSubsetLayout(const std::string& source,
                                                   ImagenetSubset subset,
                                                   const ClassList& classes);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_IMAGENET_SUBSET_LAYOUT_H_
