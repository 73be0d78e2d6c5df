// Whether two lists of numbers are in the same order.
#ifndef MASKFILL_CORE_METRICS_RANK_CORRELATION_H_
#define MASKFILL_CORE_METRICS_RANK_CORRELATION_H_

#include <optional>

#include "absl/types/span.h"

namespace maskfill {

// Spearman's rank correlation of lists of equal length, -1 to 1: Pearson's
// correlation of the ranks, where equal values share the mean of theirs.
// Nothing when a list is empty or the same everywhere: it has no order.
std::optional<double> RankCorrelation(absl::Span<const float> a,
                                      absl::Span<const float> b);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_RANK_CORRELATION_H_
