// What a run of cam_quality is told, and what it finds.
#ifndef MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_OPTIONS_H_
#define MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_OPTIONS_H_

#include <string>
#include <vector>

#include "core/work/run_options.h"
#include "spurious_shapes/cam_quality/cam_quality_meter.h"
#include "spurious_shapes/cam_quality/object_masks.h"

namespace maskfill {

struct CamQualityOptions {
  std::string cams;  // directory that cam_tool wrote
  ObjectMaskOptions masks;
  // Of relevance, each in [0, 1): mask_tool's --threshold.
  std::vector<double> thresholds = {0.1, 0.2, 0.3, 0.4, 0.5};
  RunOptions run;  // its output is a JSON file; empty: none
};

struct CamQualityReport {
  CamQuality quality;
  std::string cams_fingerprint;   // content fingerprint of the CAM set
  std::string masks_fingerprint;  // of the masks, as patches
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_OPTIONS_H_
