// How well relevance maps find the objects, over a set of images.
#ifndef MASKFILL_CORE_METRICS_CAM_QUALITY_H_
#define MASKFILL_CORE_METRICS_CAM_QUALITY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"

namespace maskfill {

// Means over the counted images, in [0, 1]; 0 when there are none.
struct CamQuality {
  struct AtThreshold {
    double threshold = 0;
    double iou = 0;            // |mask & object| / |mask | object|
    double mask_rate = 0;      // |mask| / patches
    double object_recall = 0;  // |mask & object| / |object|
  };

  int64_t images = 0;  // counted
  // Without a patch that counts as object: there is nothing to find.
  int64_t images_without_object = 0;
  double object_rate = 0;  // |object| / patches
  // Pointing game: whether the most relevant patch (of equal ones the first)
  // is on the object. A map that is 0 everywhere points nowhere and misses.
  double pointing_game = 0;
  // Energy-based pointing game (Wang et al., "Score-CAM", CVPR Workshops 2020):
  // the share of the relevance that lies on the object; 0 of such a map.
  double energy_inside = 0;
  std::vector<AtThreshold> at_threshold;  // in the order asked for
};

// Adds up one image after another.
//
//   CamQualityMeter meter({0.2, 0.3});
//   meter.Add(grid, relevance, object);
//   double iou = meter.Quality().at_threshold[0].iou;
class CamQualityMeter {
 public:
  explicit CamQualityMeter(std::vector<double> thresholds);

  // `relevance` [P] in [0, 1]; `object`: the P patches that lie on the object.
  // The mask at a threshold is mask_tool's (ObjectMask in patch_masks.h).
  void Add(const PatchGrid& grid, absl::Span<const float> relevance,
           const PatchMask& object);

  CamQuality Quality() const;

 private:
  CamQuality sums_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_CAM_QUALITY_H_
