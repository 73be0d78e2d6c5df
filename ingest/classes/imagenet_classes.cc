#include "ingest/classes/imagenet_classes.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "ingest/classes/imagenet_classes_data.h"
#include "ingest/classes/imagenet_subsets_data.h"

namespace maskfill {
namespace {

std::vector<ImagenetClass> Parse(absl::string_view table) {
  std::vector<ImagenetClass> classes;
  for (const absl::string_view line :
       absl::StrSplit(table, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> fields =
        absl::StrSplit(line, absl::MaxSplits('\t', 1));
    classes.push_back({fields.first, fields.second});
  }
  CHECK_EQ(classes.size(), 1000u);
  return classes;
}

// Lines of the set's name, a tab and a wnid, in the order of the wnids.
std::vector<int64_t> ParseSubset(absl::string_view table,
                                 absl::string_view set) {
  absl::flat_hash_map<absl::string_view, int64_t> labels;
  for (const ImagenetClass& imagenet_class : ImagenetClasses()) {
    labels.emplace(imagenet_class.wnid, labels.size());
  }
  std::vector<int64_t> subset;
  for (const absl::string_view line :
       absl::StrSplit(table, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> fields =
        absl::StrSplit(line, '\t');
    if (fields.first == set) subset.push_back(labels.at(fields.second));
  }
  CHECK_EQ(subset.size(), 200u);
  return subset;
}

}  // namespace

const std::vector<ImagenetClass>& ImagenetClasses() {
  static const auto* classes =
      new std::vector<ImagenetClass>(Parse(ImagenetClassesTable()));
  return *classes;
}

const char* ToString(ImagenetSubset subset) {
  return subset == ImagenetSubset::kA ? "ImageNet-A" : "ImageNet-R";
}

const std::vector<int64_t>& LabelsOf(ImagenetSubset subset) {
  static const auto* a = new std::vector<int64_t>(
      ParseSubset(ImagenetSubsetsTable(), "imagenet_a"));
  static const auto* r = new std::vector<int64_t>(
      ParseSubset(ImagenetSubsetsTable(), "imagenet_r"));
  return subset == ImagenetSubset::kA ? *a : *r;
}

}  // namespace maskfill
