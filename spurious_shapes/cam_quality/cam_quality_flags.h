// Flags of cam_quality.
#ifndef MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_FLAGS_H_
#define MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_FLAGS_H_

#include "absl/status/statusor.h"
#include "spurious_shapes/cam_quality/cam_quality_options.h"

namespace maskfill {

// InvalidArgument lists everything that is wrong.
absl::StatusOr<CamQualityOptions> CamQualityOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_FLAGS_H_
