#include "spurious_shapes/cam_quality/cam_quality_meter.h"

#include <algorithm>

#include "core/masking/patch_masks.h"
#include "glog/logging.h"

namespace maskfill {

CamQualityMeter::CamQualityMeter(std::vector<double> thresholds) {
  for (const double threshold : thresholds) {
    sums_.at_threshold.push_back({.threshold = threshold});
  }
}

void CamQualityMeter::Add(const PatchGrid& grid,
                          absl::Span<const float> relevance,
                          const PatchMask& object) {
  CHECK_EQ(object.size(), grid.num_patches());
  if (object.count() == 0) {
    ++sums_.images_without_object;
    return;
  }
  ++sums_.images;
  const double patches = static_cast<double>(grid.num_patches());
  const double object_count = static_cast<double>(object.count());
  sums_.object_rate += object_count / patches;
  const auto peak = std::max_element(relevance.begin(), relevance.end());
  if (*peak > 0 && object.masked(peak - relevance.begin())) {
    sums_.pointing_game += 1;
  }
  for (CamQuality::AtThreshold& sums : sums_.at_threshold) {
    const PatchMask mask =
        ObjectMask(grid, relevance, static_cast<float>(sums.threshold));
    double both = 0;
    for (int64_t patch = 0; patch < mask.size(); ++patch) {
      both += mask.masked(patch) && object.masked(patch);
    }
    const double count = static_cast<double>(mask.count());
    sums.iou += both / (count + object_count - both);
    sums.mask_rate += count / patches;
    sums.object_recall += both / object_count;
  }
}

CamQuality CamQualityMeter::Quality() const {
  CamQuality quality = sums_;
  const double images =
      static_cast<double>(std::max<int64_t>(quality.images, 1));
  quality.object_rate /= images;
  quality.pointing_game /= images;
  for (CamQuality::AtThreshold& at : quality.at_threshold) {
    at.iou /= images;
    at.mask_rate /= images;
    at.object_recall /= images;
  }
  return quality;
}

}  // namespace maskfill
