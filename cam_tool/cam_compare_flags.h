// Flags of cam_compare.
#ifndef MASKFILL_CAM_TOOL_CAM_COMPARE_FLAGS_H_
#define MASKFILL_CAM_TOOL_CAM_COMPARE_FLAGS_H_

#include "absl/status/statusor.h"
#include "cam_tool/cam_compare_options.h"

namespace maskfill {

// InvalidArgument lists everything that is wrong.
absl::StatusOr<CamCompareOptions> CamCompareOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_COMPARE_FLAGS_H_
