// Folders of images, one per class, as they lie on disk.
#ifndef MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_
#define MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ingest/image_list.h"

namespace maskfill {

// Names of the folders in `dir`, sorted bytewise. Names that begin with a dot
// are passed over here and below.
//
// NotFound when `dir` is missing or holds no folder, InvalidArgument when it
// is a file; DataLoss when images lie directly in it, whose class nobody knows.
absl::StatusOr<std::vector<std::string>> ListClassFolders(
    const std::string& dir);

// Adds the images in `folder`, a path below list->source, and in its
// subfolders. DataLoss when a file's suffix is not an image's (it would
// otherwise be left out silently); a folder without images is only warned
// about.
absl::Status AddClassFolder(const std::string& folder, int64_t label,
                            ImageList* list);

// "a, b, c and 7 more": for messages.
std::string ShortList(const std::vector<std::string>& names);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_
