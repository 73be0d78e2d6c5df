// The flags of cam_tool.
#ifndef MASKFILL_CAM_TOOL_CAM_TOOL_FLAGS_H_
#define MASKFILL_CAM_TOOL_CAM_TOOL_FLAGS_H_

#include "absl/status/statusor.h"
#include "cam_tool/cam_tool.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<CamToolOptions> CamToolOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_TOOL_FLAGS_H_
