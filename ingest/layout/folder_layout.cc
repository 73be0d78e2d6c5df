#include "ingest/layout/folder_layout.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "ingest/classes/class_list.h"
#include "ingest/layout/class_folders.h"
#include "ingest/layout/labelled_folders.h"

namespace maskfill {
namespace {

bool IsSplitName(const std::string& name) {
  static constexpr const char* kNames[] = {"train", "val", "valid",
                                           "validation", "test"};
  return std::find(std::begin(kNames), std::end(kNames), name) !=
         std::end(kNames);
}

}  // namespace

absl::StatusOr<ImageList> ListFolderLayout(const std::string& source,
                                           const std::string& classes_file) {
  ASSIGN_OR_RETURN(const std::vector<std::string> folders,
                   ListClassFolders(source));
  if (std::all_of(folders.begin(), folders.end(), IsSplitName)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the folders of \"", source, "\" are splits (", ShortList(folders),
        "), expected classes; use --source=", JoinPath(source, folders[0]),
        ", or --layout=imagenet"));
  }
  ImageList list;
  if (classes_file.empty()) {
    list.source = source;
    list.class_keys = folders;
    for (size_t label = 0; label < folders.size(); ++label) {
      RETURN_IF_ERROR(
          AddClassFolder(folders[label], static_cast<int64_t>(label), &list));
    }
  } else {
    ASSIGN_OR_RETURN(const ClassList classes, ReadClassList(classes_file));
    ASSIGN_OR_RETURN(const std::vector<LabelledFolder> labelled,
                     ListLabelledFolders(source, "", NamesOf(classes)));
    list = EmptyImageList(source, classes);
    RETURN_IF_ERROR(AddLabelledFolders("", labelled, &list));
  }
  FinishImageList(&list);
  return list;
}

}  // namespace maskfill
