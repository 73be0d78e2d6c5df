#include "ingest/classes/imagenet_subsets.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"
#include "ingest/classes/imagenet_classes.h"
#include "ingest/classes/imagenet_subsets_data.h"

namespace maskfill {
namespace {

// Lines of the set's name, a tab and a wnid, in the order of the wnids.
std::vector<int64_t> Parse(absl::string_view table, absl::string_view set) {
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

const char* ToString(ImagenetSubset subset) {
  return subset == ImagenetSubset::kA ? "ImageNet-A" : "ImageNet-R";
}

const std::vector<int64_t>& LabelsOf(ImagenetSubset subset) {
  static const auto* a =
      new std::vector<int64_t>(Parse(ImagenetSubsetsTable(), "imagenet_a"));
  static const auto* r =
      new std::vector<int64_t>(Parse(ImagenetSubsetsTable(), "imagenet_r"));
  return subset == ImagenetSubset::kA ? *a : *r;
}

}  // namespace maskfill
