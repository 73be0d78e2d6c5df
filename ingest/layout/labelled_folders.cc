#include "ingest/layout/labelled_folders.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "ingest/layout/class_folders.h"

namespace maskfill {
namespace {

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
