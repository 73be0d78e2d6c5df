#include "core/metrics/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "glog/logging.h"

namespace maskfill {
namespace {

// Ranks from 0, less their mean.
std::vector<double> CentredRanks(absl::Span<const float> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return values[a] < values[b]; });
  const double mean = 0.5 * (static_cast<double>(values.size()) - 1);
  std::vector<double> ranks(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) {
      ++end;
    }
    const double shared = 0.5 * static_cast<double>(first + end - 1);
    for (; first < end; ++first) ranks[order[first]] = shared - mean;
  }
  return ranks;
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

std::optional<double> RankCorrelation(absl::Span<const float> a,
                                      absl::Span<const float> b) {
  CHECK_EQ(a.size(), b.size());
  const std::vector<double> ranks_a = CentredRanks(a);
  const std::vector<double> ranks_b = CentredRanks(b);
  // Ranks are multiples of a half: a constant list gives exactly 0.
  const double spread = Dot(ranks_a, ranks_a) * Dot(ranks_b, ranks_b);
  if (spread == 0) return std::nullopt;
  return Dot(ranks_a, ranks_b) / std::sqrt(spread);
}

}  // namespace maskfill
