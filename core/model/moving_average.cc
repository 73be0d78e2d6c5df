#include "core/model/moving_average.h"

#include <cmath>

namespace maskfill {

std::vector<double> ExponentialShares(int64_t count, double decay) {
  std::vector<double> shares;
  for (int64_t t = 0; t < count; ++t) {
    shares.push_back((t == 0 ? 1 : 1 - decay) *
                     std::pow(decay, static_cast<double>(count - 1 - t)));
  }
  return shares;
}

std::vector<double> BetaShares(int64_t count, double beta_shape) {
  std::vector<double> shares;
  for (int64_t t = 0; t < count; ++t) {
    const double x =
        (static_cast<double>(t) + 0.5) / static_cast<double>(count);
    // Relative to the middle's 4 x (1 - x) = 1, so that it cannot overflow.
    shares.push_back(std::pow(4 * x * (1 - x), beta_shape - 1));
  }
  return shares;
}

}  // namespace maskfill
