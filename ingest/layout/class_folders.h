// Folders of images, one per class, as they lie on disk.
#ifndef MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_
#define MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ingest/classes/class_list.h"
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

// The names that a layout allows.
struct FolderNames {
  absl::flat_hash_map<std::string, int64_t> labels;  // name -> label
  std::string expected;  // for messages: "the 1000 wnids of ImageNet"
  std::string advice;    // what to do about other names
};

struct LabelledFolder {
  std::string name;
  int64_t label = 0;
};

// Folders named by class keys.
FolderNames NamesOf(const ClassList& classes);

// The class folders in <source>/<below>, sorted by name; `below` may be empty.
//
// InvalidArgument when one is not among `names`; where the folders of a level
// above or below are, the message says which --source to give. Otherwise as
// ListClassFolders.
absl::StatusOr<std::vector<LabelledFolder>> ListLabelledFolders(
    const std::string& source, const std::string& below,
    const FolderNames& names);

// AddClassFolder for each of them, below list->source.
absl::Status AddLabelledFolders(const std::string& below,
                                const std::vector<LabelledFolder>& folders,
                                ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_
