// Folders of images, one per class, as they lie on disk.
//
// What is wrong with a folder goes to ImageList.findings, so that all of it can
// be told at once; what is returned as an error leaves nothing to go on with.
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

// The names that a layout allows.
struct FolderNames {
  absl::flat_hash_map<std::string, int64_t> labels;  // name -> label
  std::string expected;  // for messages: "the 1000 wnids of ImageNet"
  std::string advice;    // what to do about other names
};

// Names of the folders in <list->source>/<below>, sorted bytewise, but those
// that are passed over (passed_over.h). `below` may be empty; `names` are those
// that classes have, none where any folder is one.
//
// Findings: images that lie directly there, whose class nobody knows; what
// stands in a class's place, a link to nothing or an archive; names that are no
// UTF-8. Other files are left out with a note.
//
// NotFound when the directory is missing or holds nothing of that,
// InvalidArgument when it is a file.
absl::StatusOr<std::vector<std::string>> ListClassFolders(
    const std::string& below, const FolderNames& names, ImageList* list);

// Adds the images in `folder`, a path below list->source, and in its
// subfolders, also those that cannot be read: a link to nothing, a name that is
// no UTF-8. Findings: a file whose suffix is not that of an admitted format (it
// would otherwise be left out silently), a folder that cannot be read; a folder
// without images deviates.
void AddClassFolder(const std::string& folder, int64_t label, ImageList* list);

struct LabelledFolder {
  std::string name;
  int64_t label = 0;
};

// Folders named by class keys.
FolderNames NamesOf(const ClassList& classes);

// The class folders in <list->source>/<below>, sorted by name; `below` may be
// empty. Those that are not among `names` are a finding; where the folders of a
// level below are, it says which --source to give.
//
// InvalidArgument when `source` is itself the folder of a class; otherwise as
// ListClassFolders.
absl::StatusOr<std::vector<LabelledFolder>> ListLabelledFolders(
    const std::string& below, const FolderNames& names, ImageList* list);

// AddClassFolder for each of them, below list->source.
void AddLabelledFolders(const std::string& below,
                        const std::vector<LabelledFolder>& folders,
                        ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_CLASS_FOLDERS_H_
