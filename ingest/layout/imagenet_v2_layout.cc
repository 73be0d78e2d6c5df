#include "ingest/layout/imagenet_v2_layout.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "ingest/layout/labelled_folders.h"

namespace maskfill {

absl::StatusOr<ImageList> ListImagenetV2Layout(const std::string& source,
                                               const ClassList& classes) {
  FolderNames names;
  for (int64_t label = 0; label < classes.size(); ++label) {
    names.labels.emplace(absl::StrCat(label), label);
  }
  names.expected = absl::StrCat("the labels 0 to ", classes.size() - 1, " of ",
                                classes.origin);
  names.advice =
      "ImageNet-V2's folders are numbers; for folders that are named by "
      "classes use --layout=imagenet_sketch or folder, for other labels give "
      "--classes=FILE";
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(source, "", names));
  ImageList list = EmptyImageList(source, classes);
  RETURN_IF_ERROR(AddLabelledFolders("", folders, &list));
  FinishImageList(&list);
  return list;
}

}  // namespace maskfill
