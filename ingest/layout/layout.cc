#include "ingest/layout/layout.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"
#include "ingest/classes/class_list.h"
#include "ingest/classes/imagenet_classes.h"
#include "ingest/layout/class_folders.h"
#include "ingest/layout/objectnet_layout.h"

namespace maskfill {
namespace {

// In the order of Layout.
constexpr const char* kNames[] = {
    "folder",          "imagenet",   "imagenet_v2", "imagenet_r",
    "imagenet_sketch", "imagenet_a", "objectnet"};

bool IsSplitName(const std::string& name) {
  static constexpr const char* kSplits[] = {"train", "val", "valid",
                                            "validation", "test"};
  return std::find(std::begin(kSplits), std::end(kSplits), name) !=
         std::end(kSplits);
}

// Label i is class i of the sorted folders.
absl::StatusOr<ImageList> ListSorted(const std::string& source,
                                     const std::vector<std::string>& folders) {
  ImageList list;
  list.source = source;
  list.class_keys = folders;
  for (size_t label = 0; label < folders.size(); ++label) {
    RETURN_IF_ERROR(
        AddClassFolder(folders[label], static_cast<int64_t>(label), &list));
  }
  return list;
}

// The folders in <source>/<below> are among `names`, labels those of `classes`.
absl::StatusOr<ImageList> ListLabelled(const std::string& source,
                                       const std::string& below,
                                       const FolderNames& names,
                                       const ClassList& classes) {
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(source, below, names));
  ImageList list = EmptyImageList(source, classes);
  RETURN_IF_ERROR(AddLabelledFolders(below, folders, &list));
  return list;
}

absl::StatusOr<ImageList> ListFolder(const std::string& source,
                                     const std::string& classes_file) {
  ASSIGN_OR_RETURN(const std::vector<std::string> folders,
                   ListClassFolders(source));
  if (std::all_of(folders.begin(), folders.end(), IsSplitName)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the folders of \"", source, "\" are splits (", ShortList(folders),
        "), expected classes; use --source=", JoinPath(source, folders[0]),
        ", or --layout=imagenet"));
  }
  if (classes_file.empty()) return ListSorted(source, folders);
  ASSIGN_OR_RETURN(const ClassList classes, ReadClassList(classes_file));
  return ListLabelled(source, "", NamesOf(classes), classes);
}

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

absl::StatusOr<ImageList> ListImagenet(const std::string& source,
                                       const std::string& split,
                                       const ClassList& classes) {
  if (!PathExists(source)) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", source, "\""));
  }
  if (!IsDirectory(JoinPath(source, split)) && IsDirectory(source)) {
    return NoSplit(source, split, classes);
  }
  return ListLabelled(source, split, NamesOf(classes), classes);
}

FolderNames NumbersOf(const ClassList& classes) {
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
  return names;
}

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

absl::StatusOr<ImageList> ListSubset(const std::string& source,
                                     ImagenetSubset subset,
                                     const ClassList& classes) {
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(source, "", NamesOf(classes)));
  ImageList list = EmptyImageList(source, classes);
  std::vector<int64_t> allowed;
  if (classes.is_imagenet) {
    RETURN_IF_ERROR(CheckInSubset(source, subset, folders));
    allowed = LabelsOf(subset);
  } else {
    for (const LabelledFolder& folder : folders) {
      allowed.push_back(folder.label);
    }
  }
  AllowClasses(std::move(allowed), &list);
  RETURN_IF_ERROR(AddLabelledFolders("", folders, &list));
  return list;
}

absl::StatusOr<ImageList> List(Layout layout, const std::string& source,
                               const std::string& split,
                               const std::string& classes_file) {
  if (layout == Layout::kFolder) return ListFolder(source, classes_file);
  ASSIGN_OR_RETURN(const ClassList classes, ClassListOrImagenet(classes_file));
  switch (layout) {
    case Layout::kFolder:
      break;
    case Layout::kImagenet:
      return ListImagenet(source, split, classes);
    case Layout::kImagenetV2:
      return ListLabelled(source, "", NumbersOf(classes), classes);
    case Layout::kImagenetR:
      return ListSubset(source, ImagenetSubset::kR, classes);
    case Layout::kImagenetSketch:
      return ListLabelled(source, "", NamesOf(classes), classes);
    case Layout::kImagenetA:
      return ListSubset(source, ImagenetSubset::kA, classes);
    case Layout::kObjectNet:
      return ListObjectNetLayout(source, classes);
  }
  LOG(FATAL) << "unknown layout " << static_cast<int>(layout);
}

}  // namespace

absl::StatusOr<Layout> ParseLayout(absl::string_view text) {
  const auto name = std::find(std::begin(kNames), std::end(kNames), text);
  if (name != std::end(kNames)) {
    return static_cast<Layout>(name - std::begin(kNames));
  }
  return absl::InvalidArgumentError(absl::StrCat("--layout is \"", text,
                                                 "\", expected one of ",
                                                 absl::StrJoin(kNames, ", ")));
}

const char* ToString(Layout layout) { return kNames[static_cast<int>(layout)]; }

bool IsTestSet(Layout layout) {
  return layout != Layout::kFolder && layout != Layout::kImagenet;
}

absl::StatusOr<ImageList> ListImages(Layout layout, const std::string& source,
                                     const std::string& split,
                                     const std::string& classes_file) {
  ASSIGN_OR_RETURN(ImageList list, List(layout, source, split, classes_file));
  if (list.files.empty()) {
    return absl::NotFoundError(absl::StrCat("the class folders of \"", source,
                                            "\" hold no images (",
                                            kImageSuffixes, ")"));
  }
  FinishImageList(&list);
  return list;
}

}  // namespace maskfill
