#include "ingest/layout/published_set.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

std::vector<int64_t> ImagesPerLabel(const ImageList& list) {
  std::vector<int64_t> images(list.class_keys.size());
  for (const ImageFile& file : list.files) ++images[file.label];
  return images;
}

// The labels that an answer may be.
std::vector<int64_t> AllowedLabels(const ImageList& list) {
  std::vector<int64_t> labels = list.allowed_classes;
  if (labels.empty()) {
    labels.resize(list.class_keys.size());
    std::iota(labels.begin(), labels.end(), 0);
  }
  return labels;
}

// " (a, b and 3 more)": the allowed classes that satisfy `is_meant`; nothing
// where a folder may have any of several labels.
template <typename Predicate>
std::string ClassesText(const PublishedSet& set, const ImageList& list,
                        const Predicate& is_meant) {
  const std::vector<int64_t> labels = AllowedLabels(list);
  if (static_cast<int64_t>(labels.size()) != set.folders) return "";
  std::vector<std::string> names;
  for (const int64_t label : labels) {
    if (is_meant(label)) names.push_back(list.class_keys[label]);
  }
  return absl::StrCat(" (", ShortList(names), ")");
}

}  // namespace

void CompareWithPublished(const PublishedSet& set, ImageList* list) {
  const auto deviates = [&](auto... text) {
    list->findings.deviations.push_back(absl::StrCat(text...));
  };
  const std::vector<int64_t> images = ImagesPerLabel(*list);
  const int64_t num_images = static_cast<int64_t>(list->files.size());
  const int64_t empty = std::count(images.begin(), images.end(), 0);
  const int64_t folders = static_cast<int64_t>(images.size()) - empty;
  if (num_images != set.images) {
    deviates("there are ", num_images, " images, ", set.name, " has ",
             set.images);
  }
  if (folders != set.folders) {
    deviates("there are images of ", folders, " classes, ", set.name, " has ",
             set.folders, "; missing are ", set.folders - folders,
             ClassesText(set, *list,
                         [&](int64_t label) { return images[label] == 0; }));
  }
  const auto is_odd = [&](int64_t label) {
    return images[label] != 0 && images[label] != set.images_per_folder;
  };
  int64_t odd = 0;
  for (size_t label = 0; label < images.size(); ++label) odd += is_odd(label);
  if (set.images_per_folder > 0 && odd > 0) {
    deviates(odd, " classes have not ", set.images_per_folder,
             " images each, as those of ", set.name, " have",
             ClassesText(set, *list, is_odd));
  }
  if (list->unused_folders != set.unused_folders ||
      list->unused_images != set.unused_images) {
    deviates("there are ", list->unused_images, " images in ",
             list->unused_folders, " folders of other objects, ", set.name,
             " has ", set.unused_images, " in ", set.unused_folders);
  }
}

void NoteEmptyClasses(ImageList* list) {
  std::vector<bool> has_image(list->class_keys.size());
  for (const ImageFile& file : list->files) {
    has_image[file.label] = true;
    for (const int64_t label : file.other_labels) has_image[label] = true;
  }
  const std::vector<int64_t> labels = AllowedLabels(*list);
  std::vector<std::string> empty;
  for (const int64_t label : labels) {
    if (!has_image[label]) empty.push_back(list->class_keys[label]);
  }
  if (empty.empty()) return;
  list->findings.deviations.push_back(
      absl::StrCat("no image is of ", empty.size(), " of the ", labels.size(),
                   " classes (", ShortList(empty), ")"));
}

}  // namespace maskfill
