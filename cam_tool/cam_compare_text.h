// The result of cam_compare for people and for programs.
#ifndef MASKFILL_CAM_TOOL_CAM_COMPARE_TEXT_H_
#define MASKFILL_CAM_TOOL_CAM_COMPARE_TEXT_H_

#include <string>

#include "cam_tool/cam_compare_options.h"

namespace maskfill {

// A JSON object with images; sets (cams, method, layers, target, degenerate,
// fingerprint and, with masks, quality: images, images_without_object,
// object_rate, pointing_game, energy_inside, thresholds with iou, mask_rate and
// object_recall); pairs (a and b, places in sets, images, images_without_order,
// rank_correlation, thresholds with iou); with masks the options that decide
// which patches are object. Ends with a line break; equal reports give equal
// bytes.
std::string ToJson(const CamCompareOptions& options,
                   const CamCompareReport& report);

// Markdown tables: the sets, their agreement, and how well they find the
// objects, with a column of IoU for each threshold.
std::string ToMarkdown(const CamCompareReport& report);

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_COMPARE_TEXT_H_
