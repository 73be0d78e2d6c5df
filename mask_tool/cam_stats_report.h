// Statistics of CAMs for people and programs.
#ifndef MASKFILL_MASK_TOOL_CAM_STATS_REPORT_H_
#define MASKFILL_MASK_TOOL_CAM_STATS_REPORT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "mask_tool/cam_stats.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// A JSON object, indented: for each threshold the masked fraction's mean,
// quartiles and extremes, and how many masks have none or all of the patches;
// the same for each class that a CAM explains. `dataset`: of the CAMs, names
// the classes.
std::string CamStatsJson(const CamStats& stats, const v1::DatasetInfo& dataset);

// Two tables in per cent, of all CAMs and of the classes' means. `title` says
// whose.
std::string CamStatsMarkdown(const CamStats& stats,
                             const v1::DatasetInfo& dataset,
                             absl::string_view title);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_CAM_STATS_REPORT_H_
