#include "core/metrics/feature_disagreement.h"

#include <cmath>
#include <cstddef>

#include "glog/logging.h"

namespace maskfill {

double MeanSquaredDifference(absl::Span<const float> a,
                             absl::Span<const float> b) {
  CHECK_EQ(a.size(), b.size());
  CHECK(!a.empty());
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = double{a[i]} - double{b[i]};
    sum += difference * difference;
  }
  return sum / static_cast<double>(a.size());
}

// Welford, "Note on a method for calculating corrected sums of squares and
// products", Technometrics 4 (1962).
void FeatureDisagreementMeter::Add(double disagreement) {
  ++images_;
  const double deviation = disagreement - mean_;
  mean_ += deviation / static_cast<double>(images_);
  squares_ += deviation * (disagreement - mean_);
}

FeatureDisagreement FeatureDisagreementMeter::Disagreement() const {
  FeatureDisagreement result{.images = images_, .mean = mean_};
  if (images_ > 1) {
    const double n = static_cast<double>(images_);
    result.standard_error = std::sqrt(squares_ / (n - 1) / n);
  }
  return result;
}

}  // namespace maskfill
