#include "ingest/layout/class_folders.h"

#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr size_t kNamesInMessages = 5;
// Deeper means a link that leads back up.
constexpr int kMaxDepth = 16;

// Records and manifests hold names as text, which has to be UTF-8.
absl::Status CheckName(const std::string& dir, const std::string& name) {
  if (FindInvalidUtf8(name) == absl::string_view::npos) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("\"", absl::CHexEscape(name), "\" in \"", dir,
                   "\" is no UTF-8, expected names in UTF-8; rename it"));
}

absl::Status AddFiles(const std::string& folder, int64_t label, int depth,
                      ImageList* list, std::vector<std::string>* odd) {
  const std::string dir = JoinPath(list->source, folder);
  if (depth > kMaxDepth) {
    return absl::DataLossError(
        absl::StrCat("\"", dir, "\" lies ", kMaxDepth,
                     " folders below its class: does a link lead back up?"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  for (const std::string& name : names) {
    if (name[0] == '.') continue;
    RETURN_IF_ERROR(CheckName(dir, name));
    const std::string path = JoinPath(folder, name);
    ASSIGN_OR_RETURN(const FileStamp stamp,
                     StampOf(JoinPath(list->source, path)));
    if (stamp.type == S_IFDIR) {
      RETURN_IF_ERROR(AddFiles(path, label, depth + 1, list, odd));
    } else if (HasImageSuffix(name)) {
      list->files.push_back({.path = path, .stamp = stamp, .label = label});
    } else {
      odd->push_back(path);
    }
  }
  return absl::OkStatus();
}

std::string WithoutTrailingSlashes(absl::string_view path) {
  while (path.size() > 1 && absl::ConsumeSuffix(&path, "/")) {
  }
  return std::string(path);
}

bool HoldsKnownFolder(const std::string& dir, const FolderNames& names) {
  const absl::StatusOr<std::vector<std::string>> entries = ListDirectory(dir);
  if (!entries.ok()) return false;
  for (const std::string& name : *entries) {
    if (names.labels.contains(name) && IsDirectory(JoinPath(dir, name))) {
      return true;
    }
  }
  return false;
}

// What to do about folders that are not among `names`.
std::string Advice(const std::string& dir,
                   const std::vector<std::string>& unknown,
                   const FolderNames& names) {
  for (const std::string& name : unknown) {
    const std::string deeper = JoinPath(dir, name);
    if (HoldsKnownFolder(deeper, names)) {
      return absl::StrCat("\"", deeper, "\" holds such folders: give it as ",
                          "--source");
    }
  }
  return names.advice;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListClassFolders(
    const std::string& dir) {
  if (!PathExists(dir)) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", dir, "\""));
  }
  if (!IsDirectory(dir)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", dir, "\" is a file, expected a directory of class folders"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  std::vector<std::string> folders;
  std::vector<std::string> images;
  for (const std::string& name : names) {
    if (name[0] == '.') continue;
    if (IsDirectory(JoinPath(dir, name))) {
      RETURN_IF_ERROR(CheckName(dir, name));
      folders.push_back(name);
    } else if (HasImageSuffix(name)) {
      images.push_back(name);
    }
  }
  if (!images.empty()) {
    return absl::DataLossError(absl::StrCat(
        "images lie directly in \"", dir, "\" (", ShortList(images),
        "), expected them in one folder per class; ImageNet's validation "
        "images have to be sorted into folders first"));
  }
  if (folders.empty()) {
    return absl::NotFoundError(
        absl::StrCat("\"", dir, "\" holds no folders, expected one per class"));
  }
  return folders;
}

absl::Status AddClassFolder(const std::string& folder, int64_t label,
                            ImageList* list) {
  const size_t before = list->files.size();
  std::vector<std::string> odd;
  RETURN_IF_ERROR(AddFiles(folder, label, 0, list, &odd));
  if (!odd.empty()) {
    return absl::DataLossError(absl::StrCat(
        "\"", JoinPath(list->source, folder), "\" holds ", odd.size(),
        odd.size() == 1 ? " file that is" : " files that are",
        " no image by name (", ShortList(odd), "), expected ", kImageSuffixes,
        "; rename or remove what should not be there"));
  }
  if (list->files.size() == before) {
    LOG(WARNING) << "\"" << JoinPath(list->source, folder)
                 << "\" holds no images";
  }
  return absl::OkStatus();
}

std::string ShortList(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kNamesInMessages);
  std::string text = absl::StrJoin(names.begin(), names.begin() + shown, ", ");
  if (names.size() > shown) {
    absl::StrAppend(&text, " and ", names.size() - shown, " more");
  }
  return text;
}

FolderNames NamesOf(const ClassList& classes) {
  FolderNames names;
  names.labels = classes.labels;
  names.expected = classes.origin;
  names.advice =
      classes.is_imagenet
          ? "for classes of your own give --classes=FILE, a JSON list of the "
            "folder names in label order, or use --layout=folder"
          : "add them to that list, or remove the folders";
  return names;
}

absl::StatusOr<std::vector<LabelledFolder>> ListLabelledFolders(
    const std::string& source, const std::string& below,
    const FolderNames& names) {
  const std::string dir =
      WithoutTrailingSlashes(below.empty() ? source : JoinPath(source, below));
  const absl::StatusOr<std::vector<std::string>> found = ListClassFolders(dir);
  if (below.empty() && IsDirectory(dir) &&
      names.labels.contains(Basename(dir)) &&
      (!found.ok() || !HoldsKnownFolder(dir, names))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", dir, "\" is the folder of one class, expected the directory of ",
        "all of them: give --source=", Dirname(dir)));
  }
  RETURN_IF_ERROR(found.status());
  std::vector<LabelledFolder> folders;
  std::vector<std::string> unknown;
  for (const std::string& name : *found) {
    const auto label = names.labels.find(name);
    if (label == names.labels.end()) {
      unknown.push_back(name);
    } else {
      folders.push_back({name, label->second});
    }
  }
  if (!unknown.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(unknown.size(), " of ", found->size(), " folders in \"",
                     dir, "\" are not among ", names.expected, " (",
                     ShortList(unknown), "); ", Advice(dir, unknown, names)));
  }
  return folders;
}

absl::Status AddLabelledFolders(const std::string& below,
                                const std::vector<LabelledFolder>& folders,
                                ImageList* list) {
  for (const LabelledFolder& folder : folders) {
    RETURN_IF_ERROR(AddClassFolder(
        below.empty() ? folder.name : JoinPath(below, folder.name),
        folder.label, list));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
