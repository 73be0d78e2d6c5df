#include "ingest/layout/imagenet_subset_layout.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "ingest/layout/class_folders.h"
#include "ingest/layout/labelled_folders.h"

namespace maskfill {
namespace {

absl::Status CheckInSubset(const std::string& source, ImagenetSubset subset,
                           const std::vector<LabelledFolder>& folders) {
  const std::vector<int64_t>& labels = LabelsOf(subset);
  std::vector<std::string> others;
  for (const LabelledFolder& folder : folders) {
    if (!std::binary_search(labels.begin(), labels.end(), folder.label)) {
      others.push_back(folder.name);
    }
  }
  if (others.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      others.size(), " of ", folders.size(), " folders in \"", source,
      "\" are classes of ImageNet that are not among the ", labels.size(),
      " of ", ToString(subset), " (", ShortList(others),
      "); is this another set? --layout=imagenet_a, imagenet_r, and for all "
      "1000 classes imagenet_sketch"));
}

}  // namespace

absl::StatusOr<ImageList> ListImagenetSubsetLayout(const std::string& source,
                                                   ImagenetSubset subset,
                                                   const ClassList& classes) {
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(source, "", NamesOf(classes)));
  std::vector<int64_t> allowed;
  if (classes.is_imagenet) {
    RETURN_IF_ERROR(CheckInSubset(source, subset, folders));
    allowed = LabelsOf(subset);
  } else {
    for (const LabelledFolder& folder : folders) {
      allowed.push_back(folder.label);
    }
  }
  ImageList list = EmptyImageList(source, classes);
  AllowClasses(std::move(allowed), &list);
  RETURN_IF_ERROR(AddLabelledFolders("", folders, &list));
  FinishImageList(&list);
  return list;
}

}  // namespace maskfill
