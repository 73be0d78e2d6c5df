#include "ingest/layout/layout.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"
#include "ingest/classes/class_list.h"
#include "ingest/classes/imagenet_classes.h"
#include "ingest/layout/class_folders.h"
#include "ingest/layout/csv_layout.h"
#include "ingest/layout/folder_layout.h"
#include "ingest/layout/objectnet_layout.h"
#include "ingest/layout/passed_over.h"
#include "ingest/layout/published_set.h"

namespace maskfill {
namespace {

// In the order of Layout.
constexpr const char* kNames[] = {
    "folder",          "csv",        "imagenet", "imagenet_v2", "imagenet_r",
    "imagenet_sketch", "imagenet_a", "objectnet"};

// Of the papers, and of the archives as they are unpacked.
PublishedSet PublishedSetOf(const SourceOptions& options) {
  switch (options.layout) {
    case Layout::kFolder:
    case Layout::kCsv:
      return {};
    case Layout::kImagenet:
      if (options.split == "train") {
        return {"ImageNet's training set", 1'281'167, 1000};
      }
      if (options.split == "test") return {};
      return {"ImageNet's validation set", 50'000, 1000, 50};
    case Layout::kImagenetV2:
      return {"ImageNet-V2", 10'000, 1000, 10};
    case Layout::kImagenetR:
      return {"ImageNet-R", 30'000, 200};
    case Layout::kImagenetSketch:
      return {"ImageNet-Sketch", 50'889, 1000};
    case Layout::kImagenetA:
      return {"ImageNet-A", 7'500, 200};
    case Layout::kObjectNet:  // 50,273 in 313 folders
      return {"ObjectNet", 18'574, 113, 0, 200, 31'699};
  }
  LOG(FATAL) << "unknown layout " << static_cast<int>(options.layout);
}

// The folders in <list->source>/<below> are among `names`, labels those of
// `classes`.
absl::Status ListLabelled(const std::string& below, const FolderNames& names,
                          ImageList* list) {
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(below, names, list));
  AddLabelledFolders(below, folders, list);
  return absl::OkStatus();
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

absl::Status ListImagenet(const std::string& split, const ClassList& classes,
                          ImageList* list) {
  const std::string& source = list->source;
  ASSIGN_OR_RETURN(const bool there, FindPath(source));
  if (!there) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", source, "\""));
  }
  ASSIGN_OR_RETURN(const bool is_split, FindDirectory(JoinPath(source, split)));
  if (!is_split && IsDirectory(source)) {
    return NoSplit(source, split, classes);
  }
  return ListLabelled(split, NamesOf(classes), list);
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

absl::Status ListSubset(ImagenetSubset subset, const ClassList& classes,
                        ImageList* list) {
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders("", NamesOf(classes), list));
  std::vector<int64_t> allowed;
  if (classes.is_imagenet) {
    const absl::Status in_subset = CheckInSubset(list->source, subset, folders);
    if (!in_subset.ok()) list->findings.errors.push_back(in_subset);
    allowed = LabelsOf(subset);
  } else {
    for (const LabelledFolder& folder : folders) {
      allowed.push_back(folder.label);
    }
  }
  AllowClasses(std::move(allowed), list);
  AddLabelledFolders("", folders, list);
  return absl::OkStatus();
}

// Labels of a list of wnids are ImageNet's in sorted order only.
void NoteWnidOrder(const ClassList& classes, ImageList* list) {
  std::vector<std::string> sorted = classes.keys;
  std::sort(sorted.begin(), sorted.end());
  const std::vector<ImagenetClass>& imagenet = ImagenetClasses();
  const bool are_wnids =
      std::equal(sorted.begin(), sorted.end(), imagenet.begin(), imagenet.end(),
                 [](const std::string& key, const ImagenetClass& known) {
                   return key == known.wnid;
                 });
  const auto [found, expected] =
      std::mismatch(classes.keys.begin(), classes.keys.end(), sorted.begin());
  if (!are_wnids || found == classes.keys.end()) return;
  list->findings.deviations.push_back(absl::StrCat(
      classes.origin, " are ImageNet's wnids, but not sorted: ", "label ",
      found - classes.keys.begin(), " is ", *found, ", in ImageNet ",
      *expected));
}

absl::Status List(const SourceOptions& options, ImageList* list) {
  if (options.layout == Layout::kFolder) {
    return ListFolderLayout(options.classes_file, list);
  }
  if (options.layout == Layout::kCsv) {
    return ListCsvLayout(options.path, options.split, options.classes_file,
                         list);
  }
  ASSIGN_OR_RETURN(const ClassList classes,
                   ClassListOrImagenet(options.classes_file));
  SetClasses(classes, list);
  NoteWnidOrder(classes, list);
  switch (options.layout) {
    case Layout::kFolder:
    case Layout::kCsv:
      break;
    case Layout::kImagenet:
      return ListImagenet(options.split, classes, list);
    case Layout::kImagenetV2:
      return ListLabelled("", NumbersOf(classes), list);
    case Layout::kImagenetR:
      return ListSubset(ImagenetSubset::kR, classes, list);
    case Layout::kImagenetSketch:
      return ListLabelled("", NamesOf(classes), list);
    case Layout::kImagenetA:
      return ListSubset(ImagenetSubset::kA, classes, list);
    case Layout::kObjectNet:
      return ListObjectNetLayout(classes, list);
  }
  LOG(FATAL) << "unknown layout " << static_cast<int>(options.layout);
}

}  // namespace

absl::StatusOr<Layout> ParseLayout(absl::string_view text) {
  return ParseName<Layout>(kNames, text,
                           "--layout is \"$0\", expected one of $2");
}

const char* ToString(Layout layout) { return kNames[static_cast<int>(layout)]; }

bool IsTestSet(Layout layout) {
  return layout != Layout::kFolder && layout != Layout::kCsv &&
         layout != Layout::kImagenet;
}

absl::StatusOr<ImageList> ListSource(const SourceOptions& options) {
  ImageList list;
  list.source = options.path;
  if (options.layout == Layout::kCsv) {
    list.source =
        options.images_dir.empty() ? Dirname(options.path) : options.images_dir;
    ASSIGN_OR_RETURN(const bool there, FindDirectory(list.source));
    if (!options.images_dir.empty() && !there) {
      return absl::NotFoundError(absl::StrCat("there is no directory \"",
                                              list.source, "\" (--images)"));
    }
  }
  list.ignore = options.ignore;
  list.admitted = options.admitted;
  RETURN_IF_ERROR(List(options, &list));
  for (const std::string& pattern : UnusedPatterns(list)) {
    LOG(WARNING) << "--ignore=" << pattern << " left nothing out"
                 << " (a pattern with a slash is compared with the path below "
                    "the source, any other one with the name)";
  }
  if (list.files.empty() && list.findings.errors.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "the class folders of \"", options.path, "\" hold no images (",
        SuffixesOf(list.admitted.formats), ")"));
  }
  FinishImageList(&list);
  const PublishedSet published = PublishedSetOf(options);
  if (options.classes_file.empty() && published.images > 0) {
    CompareWithPublished(published, &list);
  } else if (!options.classes_file.empty() || options.layout == Layout::kCsv) {
    NoteEmptyClasses(&list);
  }
  return list;
}

absl::StatusOr<ImageList> ListImages(const SourceOptions& options) {
  ASSIGN_OR_RETURN(ImageList list, ListSource(options));
  RETURN_IF_ERROR(CheckFindings(list.findings));
  return list;
}

}  // namespace maskfill
