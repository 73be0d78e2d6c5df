// The result of cam_quality for people and for programs.
#ifndef MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_TEXT_H_
#define MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_TEXT_H_

#include <string>

#include "spurious_shapes/cam_quality/cam_quality_options.h"

namespace maskfill {

// A JSON object with images, images_without_object, object_rate,
// pointing_game, thresholds (a list of threshold, iou, mask_rate,
// object_recall), the options that decide the numbers and the CAMs'
// fingerprint. Ends with a line break; equal reports give equal bytes.
std::string ToJson(const CamQualityOptions& options,
                   const CamQualityReport& report);

// A line about the images and the pointing game, and an aligned table with a
// row per threshold.
std::string ToText(const CamQualityReport& report);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_TEXT_H_
