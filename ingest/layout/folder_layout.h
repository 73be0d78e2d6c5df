// --layout=folder: any data set with one folder per class.
#ifndef MASKFILL_INGEST_LAYOUT_FOLDER_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_FOLDER_LAYOUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "ingest/image_list.h"

namespace maskfill {

// The images of <source>/<class>/**; label i is the i-th folder in bytewise
// order, as torchvision's ImageFolder numbers them, or the i-th entry of
// `classes_file`, a JSON list of folder names (of which some may be missing in
// `source`); "" for none.
//
// NotFound when there is nothing; InvalidArgument when the folders are splits
// (train, val) instead of classes, or one is not in `classes_file`; and as
// class_folders.h.
absl::StatusOr<ImageList> ListFolderLayout(const std::string& source,
                                           const std::string& classes_file);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_FOLDER_LAYOUT_H_
