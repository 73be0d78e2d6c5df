#include "ingest/layout/objectnet_layout.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "ingest/layout/class_folders.h"
#include "ingest/layout/objectnet_mapping.h"

namespace maskfill {
namespace {

constexpr char kImages[] = "images";
constexpr char kMappings[] = "mappings";
constexpr int64_t kBorderPx = 2;

bool HasImages(const std::string& dir) {
  return IsDirectory(JoinPath(dir, kImages)) &&
         IsDirectory(JoinPath(dir, kMappings));
}

// The error for a source without images/.
absl::Status NoImages(const std::string& source) {
  ASSIGN_OR_RETURN(const bool there, FindPath(source));
  if (!there) {
    return absl::NotFoundError(
        absl::StrCat("there is no directory \"", source, "\""));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> found, ListDirectory(source));
  std::string advice = "expected the directory objectnet-1.0 of the archive";
  const std::string above = JoinPath(source, "..");
  if (HasImages(above)) {
    advice = "expected --source to be the directory above";
  }
  for (const std::string& name : found) {
    const std::string deeper = JoinPath(source, name);
    if (HasImages(deeper)) advice = absl::StrCat("give --source=", deeper);
  }
  return absl::NotFoundError(absl::StrCat(
      "there is no folder \"", kImages, "\" in \"", source, "\", found ",
      found.empty() ? "nothing" : ShortList(found), "; ", advice));
}

FolderNames NamesOf(const ObjectNetMapping& mapping) {
  FolderNames names;
  for (const auto& [folder, labels] : mapping.labels_of_folder) {
    names.labels.emplace(folder, labels.empty() ? -1 : labels[0]);
  }
  names.expected = absl::StrCat("the ", mapping.labels_of_folder.size(),
                                " of mappings/folder_to_objectnet_label.json");
  names.advice = "remove them, or unpack the archive again";
  return names;
}

}  // namespace

absl::Status ListObjectNetLayout(const ClassList& classes, ImageList* list) {
  const std::string& source = list->source;
  ASSIGN_OR_RETURN(const bool has_images,
                   FindDirectory(JoinPath(source, kImages)));
  if (!has_images) return NoImages(source);
  ASSIGN_OR_RETURN(const ObjectNetMapping mapping,
                   ReadObjectNetMapping(JoinPath(source, kMappings), classes));
  ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                   ListLabelledFolders(kImages, NamesOf(mapping), list));
  list->border_px = kBorderPx;
  list->mapping_sha256 = mapping.sha256;
  std::vector<int64_t> allowed;
  for (const auto& [folder, labels] : mapping.labels_of_folder) {
    allowed.insert(allowed.end(), labels.begin(), labels.end());
  }
  AllowClasses(std::move(allowed), list);
  ImageList unused;
  unused.source = source;
  unused.ignore = list->ignore;
  for (const LabelledFolder& folder : folders) {
    const std::vector<int64_t>& labels =
        mapping.labels_of_folder.at(folder.name);
    if (labels.empty()) {
      const std::string path = JoinPath(kImages, folder.name);
      list->findings.LeaveOut("its objects are not among the classes", path);
      AddClassFolder(path, 0, &unused);
      ++list->unused_folders;
      continue;
    }
    const size_t before = list->files.size();
    AddLabelledFolders(kImages, {folder}, list);
    for (size_t i = before; i < list->files.size(); ++i) {
      list->files[i].other_labels.assign(labels.begin() + 1, labels.end());
    }
  }
  list->unused_images = static_cast<int64_t>(unused.files.size());
  return absl::OkStatus();
}

}  // namespace maskfill
