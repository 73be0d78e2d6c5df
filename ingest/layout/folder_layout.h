// --layout=folder: any data set of class folders.
#ifndef MASKFILL_INGEST_LAYOUT_FOLDER_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_FOLDER_LAYOUT_H_

#include <string>

#include "absl/status/status.h"
#include "ingest/image_list.h"

namespace maskfill {

// Adds <list->source>/<class>/**; label i is the i-th folder in bytewise order,
// as torchvision's ImageFolder numbers them, or the i-th entry of
// `classes_file` (may be empty), of whose folders some may be missing.
//
// InvalidArgument when the folders are splits (train, val) or ImageNet-V2's
// numbers instead of classes, which a classes_file can say that they are;
// otherwise as class_folders.h.
absl::Status ListFolderLayout(const std::string& classes_file, ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_FOLDER_LAYOUT_H_
