#include "core/metrics/paired_tests.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/counter_rng.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// P(X <= k) of X ~ Binomial(n, 1/2), k < n / 2, in logarithms: n may be 50,000.
double LowerTail(int64_t k, int64_t n) {
  const auto log_factorial = [](int64_t i) {
    return std::lgamma(static_cast<double>(i) + 1);
  };
  const double log_half = static_cast<double>(n) * std::log(0.5);
  double sum = 0;
  for (int64_t i = 0; i <= k; ++i) {
    sum += std::exp(log_factorial(n) - log_factorial(i) - log_factorial(n - i) +
                    log_half);
  }
  return sum;
}

double Quantile(const std::vector<double>& sorted, double q) {
  const double rank = q * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(rank);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = rank - static_cast<double>(below);
  return (1 - weight) * sorted[below] + weight * sorted[above];
}

}  // namespace

McNemarTest McNemarTest::Of(absl::Span<const uint8_t> a,
                            absl::Span<const uint8_t> b) {
  CHECK_EQ(a.size(), b.size());
  McNemarTest test;
  for (size_t i = 0; i < a.size(); ++i) {
    test.only_a += a[i] && !b[i];
    test.only_b += b[i] && !a[i];
  }
  const int64_t fewer = std::min(test.only_a, test.only_b);
  if (test.only_a != test.only_b) {
    test.p_value =
        std::min(1.0, 2 * LowerTail(fewer, test.only_a + test.only_b));
  }
  return test;
}

std::vector<double> BootstrapMeans(absl::Span<const int8_t> values,
                                   int64_t resamples, const std::string& key) {
  if (values.empty()) return {};
  // Which image is drawn does not matter, only its value: a draw is a number
  // below N, and the values in order of size cut N into a few pieces.
  std::array<int64_t, 256> count = {};
  for (const int8_t value : values) ++count[value + 128];
  struct Piece {
    uint64_t end;
    int64_t value;
  };
  std::vector<Piece> pieces;
  uint64_t end = 0;
  for (size_t i = 0; i < count.size(); ++i) {
    if (count[i] == 0) continue;
    end += count[i];
    pieces.push_back({end, static_cast<int64_t>(i) - 128});
  }
  const uint64_t n = values.size();
  std::vector<double> means;
  for (int64_t resample = 0; resample < resamples; ++resample) {
    CounterRng rng(0, "bootstrap", static_cast<uint64_t>(resample), key);
    int64_t sum = 0;
    for (uint64_t i = 0; i < n; ++i) {
      const uint64_t draw = rng.Below(n);
      size_t piece = 0;
      while (draw >= pieces[piece].end) ++piece;
      sum += pieces[piece].value;
    }
    means.push_back(static_cast<double>(sum) / static_cast<double>(n));
  }
  return means;
}

BootstrapInterval PercentileInterval(std::vector<double> means, double level) {
  CHECK(!means.empty());
  std::sort(means.begin(), means.end());
  return {Quantile(means, (1 - level) / 2), Quantile(means, (1 + level) / 2)};
}

}  // namespace maskfill
