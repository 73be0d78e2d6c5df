#include "core/metrics/cam_quality.h"

#include <algorithm>

#include "core/masking/patch_masks.h"
#include "core/metrics/mask_overlap.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

double EnergyInside(absl::Span<const float> relevance,
                    const PatchMask& object) {
  double all = 0;
  double inside = 0;
  for (int64_t patch = 0; patch < object.size(); ++patch) {
    const double value = relevance[static_cast<size_t>(patch)];
    all += value;
    if (object.masked(patch)) inside += value;
  }
  return all > 0 ? inside / all : 0;
}

}  // namespace

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
  sums_.energy_inside += EnergyInside(relevance, object);
  for (CamQuality::AtThreshold& sums : sums_.at_threshold) {
    const PatchMask mask =
        ObjectMask(grid, relevance, static_cast<float>(sums.threshold));
    sums.iou += IntersectionOverUnion(mask, object);
    sums.mask_rate += static_cast<double>(mask.count()) / patches;
    sums.object_recall +=
        static_cast<double>(CommonPatches(mask, object)) / object_count;
  }
}

CamQuality CamQualityMeter::Quality() const {
  CamQuality quality = sums_;
  const double images =
      static_cast<double>(std::max<int64_t>(quality.images, 1));
  quality.object_rate /= images;
  quality.pointing_game /= images;
  quality.energy_inside /= images;
  for (CamQuality::AtThreshold& at : quality.at_threshold) {
    at.iou /= images;
    at.mask_rate /= images;
    at.object_recall /= images;
  }
  return quality;
}

}  // namespace maskfill
