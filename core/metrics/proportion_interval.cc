#include "core/metrics/proportion_interval.h"

#include <algorithm>
#include <cmath>

namespace maskfill {

ProportionInterval WilsonInterval(int64_t part, int64_t whole) {
  if (whole == 0) return {};
  constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution
  const double n = static_cast<double>(whole);
  const double p = static_cast<double>(part) / n;
  const double scale = 1 / (1 + kZ * kZ / n);
  const double centre = scale * (p + kZ * kZ / (2 * n));
  const double half =
      scale * kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace maskfill
