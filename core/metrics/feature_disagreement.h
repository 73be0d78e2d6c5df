// How far the features of two models differ, over a set of images.
#ifndef MASKFILL_CORE_METRICS_FEATURE_DISAGREEMENT_H_
#define MASKFILL_CORE_METRICS_FEATURE_DISAGREEMENT_H_

#include <cstdint>

#include "absl/types/span.h"

namespace maskfill {

// The mean of (a - b)^2 over the features, a and b [E]: what the method's loss
// takes of a teacher's and a student's (losses.h), for one image.
double MeanSquaredDifference(absl::Span<const float> a,
                             absl::Span<const float> b);

// Over the images; 0 when there are none.
struct FeatureDisagreement {
  int64_t images = 0;
  double mean = 0;
  // Of the mean: the images' sample deviation, divided by the root of their
  // number; 0 of less than two.
  double standard_error = 0;
};

// Adds up one image after another.
//
//   FeatureDisagreementMeter meter;
//   meter.Add(MeanSquaredDifference(a, b));
//   double mean = meter.Disagreement().mean;
class FeatureDisagreementMeter {
 public:
  // Of one image; where it has several counterfactuals, the mean over them:
  // they are not independent.
  void Add(double disagreement);

  FeatureDisagreement Disagreement() const;

 private:
  int64_t images_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // sum of squared deviations from the mean
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_FEATURE_DISAGREEMENT_H_
