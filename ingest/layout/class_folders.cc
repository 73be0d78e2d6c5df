#include "ingest/layout/class_folders.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "ingest/layout/passed_over.h"

namespace maskfill {
namespace {

// Deeper means a link that leads back up.
constexpr int kMaxDepth = 16;

void AddError(absl::Status status, ImageList* list) {
  list->findings.errors.push_back(std::move(status));
}

// Class keys are text in the manifest, which has to be UTF-8.
absl::Status CheckName(const std::string& dir, const std::string& name) {
  if (FindInvalidUtf8(name) == absl::string_view::npos) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("\"", PrintablePath(name), "\" in \"", dir,
                   "\" is no UTF-8, expected names in UTF-8; rename it"));
}

// Adds the images below `folder`; other files to `odd`.
void AddFiles(const std::string& folder, int64_t label, int depth,
              ImageList* list, std::vector<std::string>* odd) {
  const std::string dir = JoinPath(list->source, folder);
  if (depth > kMaxDepth) {
    AddError(absl::DataLossError(absl::StrCat(
                 "\"", dir, "\" lies ", kMaxDepth,
                 " folders below its class: does a link lead back up?")),
             list);
    return;
  }
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(dir);
  if (!names.ok()) return AddError(names.status(), list);
  for (const std::string& name : *names) {
    const std::string path = JoinPath(folder, name);
    if (PassOver(path, list)) continue;
    const absl::StatusOr<FileStamp> stamp =
        ListedStampOf(JoinPath(list->source, path));
    if (!stamp.ok()) {
      AddError(stamp.status(), list);
    } else if (stamp->type == S_IFDIR) {
      AddFiles(path, label, depth + 1, list, odd);
    } else if (HasImageSuffix(name, list->admitted.formats)) {
      list->files.push_back({.path = path, .stamp = *stamp, .label = label});
    } else {
      odd->push_back(PrintablePath(path));
    }
  }
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

bool IsArchive(const std::string& name) {
  for (const char* suffix : {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz",
                             ".tar.zst", ".zip", ".7z", ".rar", ".gz"}) {
    if (absl::EndsWithIgnoreCase(name, suffix)) return true;
  }
  return false;
}

// What is no folder, where class folders lie.
void NoteFile(const std::string& path, const FolderNames& names,
              ImageList* list) {
  const std::string full = JoinPath(list->source, path);
  const std::string name = Basename(path);
  const std::string advice = absl::StrCat(
      " Without it a class is missing or labels move; if it is no class, "
      "move it elsewhere or give --ignore=",
      PrintablePath(name));
  const absl::StatusOr<bool> there = FindPath(full);
  if (!there.ok()) {
    AddError(there.status(), list);
  } else if (!*there) {
    AddError(absl::DataLossError(absl::StrCat(
                 "\"", PrintablePath(full), "\" is a link to nothing, ",
                 "expected a class folder: repair it.", advice)),
             list);
  } else if (IsArchive(name)) {
    AddError(absl::DataLossError(absl::StrCat(
                 "\"", full, "\" is an archive, expected a class folder: was ",
                 "unpacking interrupted? Unpack it.", advice)),
             list);
  } else if (names.labels.contains(name.substr(0, name.find('.')))) {
    AddError(absl::DataLossError(
                 absl::StrCat("\"", full, "\" is a file with the name of a ",
                              "class, expected a folder.", advice)),
             list);
  } else {
    list->findings.LeaveOut("no folder, beside the class folders", path);
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ListClassFolders(
    const std::string& below, const FolderNames& names, ImageList* list) {
  const std::string dir = WithoutTrailingSlashes(
      below.empty() ? list->source : JoinPath(list->source, below));
  ASSIGN_OR_RETURN(const bool there, FindPath(dir));
  if (!there) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", dir, "\""));
  }
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(dir));
  if (!is_directory) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", dir, "\" is a file, expected a directory of class folders"));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> entries, ListDirectory(dir));
  const size_t errors_before = list->findings.errors.size();
  std::vector<std::string> folders;
  std::vector<std::string> images;
  for (const std::string& name : entries) {
    const std::string path = JoinPath(below, name);
    if (PassOver(path, list)) continue;
    ASSIGN_OR_RETURN(const bool is_folder, FindDirectory(JoinPath(dir, name)));
    if (is_folder) {
      const absl::Status status = CheckName(dir, name);
      if (!status.ok()) AddError(status, list);
      if (status.ok()) folders.push_back(name);
    } else if (HasImageSuffix(name, list->admitted.formats)) {
      images.push_back(PrintablePath(name));
    } else {
      NoteFile(path, names, list);
    }
  }
  if (!images.empty()) {
    AddError(absl::DataLossError(absl::StrCat(
                 "images lie directly in \"", dir, "\" (", ShortList(images),
                 "), expected them in one folder per class; ImageNet's ",
                 "validation images have to be sorted into folders first")),
             list);
  }
  if (folders.empty() && list->findings.errors.size() == errors_before) {
    const std::vector<SourceFindings::LeftOut>& left_out =
        list->findings.left_out;
    return absl::NotFoundError(
        absl::StrCat("\"", dir, "\" holds no folders, expected one per class",
                     left_out.empty() ? "" : "; left out: ", ToText(left_out)));
  }
  return folders;
}

void AddClassFolder(const std::string& folder, int64_t label, ImageList* list) {
  const size_t before = list->files.size();
  std::vector<std::string> odd;
  AddFiles(folder, label, 0, list, &odd);
  const std::string dir = JoinPath(list->source, folder);
  if (!odd.empty()) {
    const ImageFormats& formats = list->admitted.formats;
    ImageFormats wider = formats;
    for (const std::string& name : odd) wider = WithFormatOf(name, wider);
    AddError(absl::DataLossError(absl::StrCat(
                 "\"", dir, "\" holds ", odd.size(),
                 odd.size() == 1 ? " file that is" : " files that are",
                 " no image by name (", ShortList(odd), "), expected ",
                 SuffixesOf(formats), "; rename or remove what should not be ",
                 "there, or leave it out by --ignore",
                 wider == formats ? ""
                                  : absl::StrCat(", or take it by --formats=",
                                                 ToString(wider)))),
             list);
  }
  if (list->files.size() == before) {
    list->findings.deviations.push_back(
        absl::StrCat("\"", dir, "\" holds no images"));
  }
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
    const std::string& below, const FolderNames& names, ImageList* list) {
  const std::string dir = WithoutTrailingSlashes(
      below.empty() ? list->source : JoinPath(list->source, below));
  if (below.empty() && IsDirectory(dir) &&
      names.labels.contains(Basename(dir)) && !HoldsKnownFolder(dir, names)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", dir, "\" is the folder of one class, expected the directory of ",
        "all of them: give --source=", Dirname(dir)));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> found,
                   ListClassFolders(below, names, list));
  std::vector<LabelledFolder> folders;
  std::vector<std::string> unknown;
  for (const std::string& name : found) {
    const auto label = names.labels.find(name);
    if (label == names.labels.end()) {
      unknown.push_back(name);
    } else {
      folders.push_back({name, label->second});
    }
  }
  if (!unknown.empty()) {
    AddError(absl::InvalidArgumentError(absl::StrCat(
                 unknown.size(), " of ", found.size(), " folders in \"", dir,
                 "\" are not among ", names.expected, " (", ShortList(unknown),
                 "); ", Advice(dir, unknown, names))),
             list);
  }
  return folders;
}

void AddLabelledFolders(const std::string& below,
                        const std::vector<LabelledFolder>& folders,
                        ImageList* list) {
  for (const LabelledFolder& folder : folders) {
    AddClassFolder(JoinPath(below, folder.name), folder.label, list);
  }
}

}  // namespace maskfill
