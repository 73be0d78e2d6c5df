// How far two relevance maps of the same images agree, over a set of images.
#ifndef MASKFILL_CORE_METRICS_CAM_AGREEMENT_H_
#define MASKFILL_CORE_METRICS_CAM_AGREEMENT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/image/patch_grid.h"

namespace maskfill {

// Means over the counted images; 0 when there are none.
struct CamAgreement {
  struct AtThreshold {
    double threshold = 0;
    double iou = 0;  // of both object masks; 1 where both are empty
  };

  int64_t images = 0;  // counted
  // With a map that is the same everywhere, as a degenerate one is: it tells
  // no patch from another.
  int64_t images_without_order = 0;
  double rank_correlation = 0;            // Spearman's, over the patches
  std::vector<AtThreshold> at_threshold;  // in the order asked for
};

// Adds up one image after another.
//
//   CamAgreementMeter meter({0.2, 0.3});
//   meter.Add(grid, relevance_a, relevance_b);
//   double iou = meter.Agreement().at_threshold[0].iou;
class CamAgreementMeter {
 public:
  explicit CamAgreementMeter(const std::vector<double>& thresholds);

  // `a`, `b` [P] in [0, 1]. The mask at a threshold is mask_tool's (ObjectMask
  // in patch_masks.h).
  void Add(const PatchGrid& grid, absl::Span<const float> a,
           absl::Span<const float> b);

  CamAgreement Agreement() const;

 private:
  CamAgreement sums_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_CAM_AGREEMENT_H_
