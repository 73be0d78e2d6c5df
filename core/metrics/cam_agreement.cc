#include "core/metrics/cam_agreement.h"

#include <algorithm>
#include <optional>

#include "core/masking/patch_masks.h"
#include "core/metrics/mask_overlap.h"
#include "core/metrics/rank_correlation.h"

namespace maskfill {

CamAgreementMeter::CamAgreementMeter(const std::vector<double>& thresholds) {
  for (const double threshold : thresholds) {
    sums_.at_threshold.push_back({.threshold = threshold});
  }
}

void CamAgreementMeter::Add(const PatchGrid& grid, absl::Span<const float> a,
                            absl::Span<const float> b) {
  const std::optional<double> correlation = RankCorrelation(a, b);
  if (!correlation.has_value()) {
    ++sums_.images_without_order;
    return;
  }
  ++sums_.images;
  sums_.rank_correlation += *correlation;
  for (CamAgreement::AtThreshold& sums : sums_.at_threshold) {
    const float threshold = static_cast<float>(sums.threshold);
    sums.iou += IntersectionOverUnion(ObjectMask(grid, a, threshold),
                                      ObjectMask(grid, b, threshold));
  }
}

CamAgreement CamAgreementMeter::Agreement() const {
  CamAgreement agreement = sums_;
  const double images =
      static_cast<double>(std::max<int64_t>(agreement.images, 1));
  agreement.rank_correlation /= images;
  for (CamAgreement::AtThreshold& at : agreement.at_threshold) {
    at.iou /= images;
  }
  return agreement;
}

}  // namespace maskfill
