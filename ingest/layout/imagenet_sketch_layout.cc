#include "ingest/layout/imagenet_sketch_layout.h"

#include <vector>

#include "core/base/status_macros.h"
#include "ingest/layout/labelled_folders.h"

namespace maskfill {

absl::StatusOr<ImageList> ListImagenetSketchLayout(const std::string& source,
                                                   const ClassList& classes) {
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(source, "", NamesOf(classes)));
  ImageList list = EmptyImageList(source, classes);
  RETURN_IF_ERROR(AddLabelledFolders("", folders, &list));
  FinishImageList(&list);
  return list;
}

}  // namespace maskfill
