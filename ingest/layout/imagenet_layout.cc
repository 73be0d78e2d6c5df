#include "ingest/layout/imagenet_layout.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "ingest/layout/class_folders.h"
#include "ingest/layout/labelled_folders.h"

namespace maskfill {
namespace {

// The error for a source without the split's folder.
absl::Status NoSplit(const std::string& source, const std::string& split,
                     const ClassList& classes) {
  ASSIGN_OR_RETURN(const std::vector<std::string> found, ListDirectory(source));
  std::string message = absl::StrCat(
      "there is no folder \"", split, "\" in \"", source, "\" (--split=", split,
      "), found ", found.empty() ? "nothing" : ShortList(found));
  for (const std::string& name : found) {
    if (!classes.labels.contains(name)) continue;
    absl::StrAppend(&message,
                    "; these are class folders, expected --source to be the "
                    "directory above");
    break;
  }
  return absl::NotFoundError(message);
}

}  // namespace

absl::StatusOr<ImageList> ListImagenetLayout(const std::string& source,
                                             const std::string& split,
                                             const ClassList& classes) {
  if (!IsDirectory(JoinPath(source, split)) && IsDirectory(source)) {
    return NoSplit(source, split, classes);
  }
  // Also says when the source itself is missing.
  if (!PathExists(source)) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", source, "\""));
  }
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(source, split, NamesOf(classes)));
  ImageList list = EmptyImageList(source, classes);
  RETURN_IF_ERROR(AddLabelledFolders(split, folders, &list));
  FinishImageList(&list);
  return list;
}

}  // namespace maskfill
