#include "ingest/layout/folder_layout.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "ingest/classes/class_list.h"
#include "ingest/classes/imagenet_classes.h"
#include "ingest/layout/class_folders.h"

namespace maskfill {
namespace {

using Names = std::vector<std::string>;

bool IsSplitName(const std::string& name) {
  static constexpr const char* kSplits[] = {
      "train", "training", "val",  "valid", "validation",
      "test",  "testing",  "eval", "dev",   "evaluation"};
  return std::find(std::begin(kSplits), std::end(kSplits),
                   absl::AsciiStrToLower(name)) != std::end(kSplits);
}

// One such name among classes may be one ("train" of COCO's), two are not.
absl::Status CheckAreNoSplits(const std::string& source, const Names& folders) {
  Names splits;
  std::copy_if(folders.begin(), folders.end(), std::back_inserter(splits),
               IsSplitName);
  if (splits.size() < 2 && splits.size() < folders.size()) {
    return absl::OkStatus();
  }
  if (splits.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      splits.size() == folders.size()
          ? "the folders"
          : absl::StrCat(splits.size(), " of ", folders.size(), " folders"),
      " of \"", source, "\" are splits (", ShortList(splits),
      "), expected classes; use --source=", JoinPath(source, splits[0]),
      ", or --layout=imagenet", kClassesAdvice));
}

// Sorted as text, "10" comes before "2": labels would not be what the folders'
// names say.
absl::Status CheckNumbers(const std::string& source, const Names& folders,
                          SourceFindings* findings) {
  std::vector<int64_t> numbers;
  for (const std::string& name : folders) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(name, &number) || absl::StrCat(number) != name) {
      return absl::OkStatus();
    }
    numbers.push_back(number);
  }
  if (std::is_sorted(numbers.begin(), numbers.end())) return absl::OkStatus();
  const std::string found = absl::StrCat(
      "the folders of \"", source, "\" are numbers (", ShortList(folders),
      ") and would be numbered in the order of text");
  const auto [least, greatest] =
      std::minmax_element(numbers.begin(), numbers.end());
  if (numbers.size() == ImagenetClasses().size() && *least == 0 &&
      *greatest == static_cast<int64_t>(numbers.size()) - 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(found, ", as ImageNet-V2's are not: use ",
                     "--layout=imagenet_v2", kClassesAdvice));
  }
  findings->deviations.push_back(absl::StrCat(found, kClassesAdvice));
  return absl::OkStatus();
}

// The folders of a file, from its class's down to its own: "cats/a/0.jpg" is
// "a/", "0.jpg" nothing.
std::string BelowClass(const std::string& path) {
  const size_t begin = path.find('/') + 1;
  return path.substr(begin, path.rfind('/') + 1 - begin);
}

// "fold1" and "fold2" that both hold "ant", "bee" and "cat" are splits, domains
// or releases, whatever their names. One folder in each is nothing unusual.
void NoteEqualFolders(const Names& folders, ImageList* list) {
  std::map<int64_t, std::set<std::string>> below;  // of each label
  for (const ImageFile& file : list->files) {
    below[file.label].insert(BelowClass(file.path));
  }
  if (below.size() < 2) return;
  const std::set<std::string>& first = below.begin()->second;
  if (first.contains("") || first.size() < 2) return;
  for (const auto& [label, names] : below) {
    if (names != first) return;
  }
  list->findings.deviations.push_back(absl::StrCat(
      "the folders of \"", list->source, "\" (", ShortList(folders),
      ") hold no images but folders of the same names (",
      ShortList({first.begin(), first.end()}),
      "): where those are the classes, ",
      "use --source=", JoinPath(list->source, folders[0]), kClassesAdvice));
}

// The 200 classes of ImageNet-A or -R would have the labels 0 to 199.
void NoteSubset(const std::string& source, const Names& folders,
                SourceFindings* findings) {
  for (const ImagenetSubset subset : {ImagenetSubset::kA, ImagenetSubset::kR}) {
    const std::vector<int64_t>& labels = LabelsOf(subset);
    const bool is_subset =
        std::equal(folders.begin(), folders.end(), labels.begin(), labels.end(),
                   [](const std::string& name, int64_t label) {
                     return name == ImagenetClasses()[label].wnid;
                   });
    if (!is_subset) continue;
    findings->deviations.push_back(absl::StrCat(
        "the folders of \"", source, "\" are the classes of ", ToString(subset),
        " and get the labels 0 to ", labels.size() - 1,
        "; for ImageNet's labels use --layout=imagenet_",
        subset == ImagenetSubset::kA ? "a" : "r"));
  }
}

}  // namespace

absl::Status ListFolderLayout(const std::string& classes_file,
                              ImageList* list) {
  if (!classes_file.empty()) {
    ASSIGN_OR_RETURN(const ClassList classes, ReadClassList(classes_file));
    SetClasses(classes, list);
    ASSIGN_OR_RETURN(const std::vector<LabelledFolder> folders,
                     ListLabelledFolders("", NamesOf(classes), list));
    AddLabelledFolders("", folders, list);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Names folders,
                   ListClassFolders("", FolderNames(), list));
  RETURN_IF_ERROR(CheckAreNoSplits(list->source, folders));
  RETURN_IF_ERROR(CheckNumbers(list->source, folders, &list->findings));
  NoteSubset(list->source, folders, &list->findings);
  if (folders.size() == 1) {
    list->findings.deviations.push_back(absl::StrCat(
        "\"", folders[0], "\" is the only folder of \"", list->source,
        "\": where the class folders lie in it, give it as --source"));
  }
  list->class_keys = folders;
  for (size_t label = 0; label < folders.size(); ++label) {
    AddClassFolder(folders[label], static_cast<int64_t>(label), list);
  }
  NoteEqualFolders(folders, list);
  return absl::OkStatus();
}

}  // namespace maskfill
