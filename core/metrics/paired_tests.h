// Is one model better than another on the same images? Knows no torch.
#ifndef MASKFILL_CORE_METRICS_PAIRED_TESTS_H_
#define MASKFILL_CORE_METRICS_PAIRED_TESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace maskfill {

// McNemar's test: only the images that one of both models gets right say
// anything about which is better.
struct McNemarTest {
  // `a` and `b` [N]: whether either model is right about image i.
  static McNemarTest Of(absl::Span<const uint8_t> a,
                        absl::Span<const uint8_t> b);

  int64_t only_a = 0;  // images that only a is right about
  int64_t only_b = 0;
  // Two-sided and exact: how likely a split at least as uneven is when either
  // model may win each of these images; 1 when there are none.
  double p_value = 1;
};

// Means of `values` [N] over resamples of N images with replacement (Efron
// 1979), one for each of `resamples`; the quantiles of these are a confidence
// interval. A value is small and integral: the difference of two models'
// rightness, summed over seeds. `key` names the images: the same call gives
// the same means. Empty without values.
std::vector<double> BootstrapMeans(absl::Span<const int8_t> values,
                                   int64_t resamples, const std::string& key);

struct BootstrapInterval {
  double low = 0;
  double high = 0;
};

// Between the quantiles (1 - level) / 2 and (1 + level) / 2 of `means`, which
// is not empty; linear between ranks, as NumPy's.
BootstrapInterval PercentileInterval(std::vector<double> means,
                                     double level = 0.95);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_PAIRED_TESTS_H_
