#include "core/masking/class_lists.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/preemption.h"
#include "core/base/status_macros.h"

namespace maskfill {

absl::StatusOr<ClassLists> ClassLists::Read(const DonorPool& images) {
  ClassLists lists;
  lists.num_images_ = images.size();
  for (int64_t position = 0; position < images.size(); ++position) {
    RETURN_IF_ERROR(CheckNotPreempted());
    ASSIGN_OR_RETURN(const Donor image, images.Get(position));
    for (const int64_t label : image.labels) {
      std::vector<int64_t>& positions = lists.positions_[label];
      // A label may be said twice.
      if (positions.empty() || positions.back() != position) {
        positions.push_back(position);
      }
    }
  }
  return lists;
}

absl::Span<const int64_t> ClassLists::PositionsOf(
    absl::Span<const int64_t> labels, std::vector<int64_t>* merged) const {
  absl::Span<const int64_t> all;
  for (const int64_t label : labels) {
    const auto found = positions_.find(label);
    if (found == positions_.end()) continue;
    if (all.empty()) {
      all = found->second;
      continue;
    }
    std::vector<int64_t> both;
    std::set_union(all.begin(), all.end(), found->second.begin(),
                   found->second.end(), std::back_inserter(both));
    *merged = std::move(both);
    all = *merged;
  }
  return all;
}

bool ClassLists::AllOfOneClass() const {
  for (const auto& [label, positions] : positions_) {
    if (static_cast<int64_t>(positions.size()) == num_images_) return true;
  }
  return false;
}

}  // namespace maskfill
