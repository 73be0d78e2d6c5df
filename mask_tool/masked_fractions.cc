#include "mask_tool/masked_fractions.h"

#include <algorithm>
#include <numeric>

#include "glog/logging.h"

namespace maskfill {

void MaskedFractions::Add(const MaskedFractions& other) {
  CHECK_EQ(masks_.size(), other.masks_.size());
  for (size_t i = 0; i < masks_.size(); ++i) masks_[i] += other.masks_[i];
}

int64_t MaskedFractions::masks() const {
  return std::accumulate(masks_.begin(), masks_.end(), int64_t{0});
}

double MaskedFractions::Mean() const {
  int64_t masked = 0;
  for (size_t i = 0; i < masks_.size(); ++i) {
    masked += static_cast<int64_t>(i) * masks_[i];
  }
  const int64_t patches = masks() * num_patches();
  return patches > 0 ? static_cast<double>(masked) / patches : 0;
}

int64_t MaskedFractions::AtRank(int64_t rank) const {
  int64_t masked = 0;
  for (int64_t below = masks_[0]; below <= rank;) {
    below += masks_[static_cast<size_t>(++masked)];
  }
  return masked;
}

double MaskedFractions::Quantile(double q) const {
  const int64_t last = masks() - 1;
  if (last < 0) return 0;
  const double place = q * static_cast<double>(last);
  const int64_t rank = static_cast<int64_t>(place);
  const double low = static_cast<double>(AtRank(rank));
  const double high = static_cast<double>(AtRank(std::min(rank + 1, last)));
  const double between = place - static_cast<double>(rank);
  return (low + between * (high - low)) / static_cast<double>(num_patches());
}

}  // namespace maskfill
