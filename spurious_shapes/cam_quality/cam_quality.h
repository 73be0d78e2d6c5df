// The program cam_quality as a function.
#ifndef MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_H_
#define MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_H_

#include "absl/status/statusor.h"
#include "spurious_shapes/cam_quality/cam_quality_options.h"

namespace maskfill {

// Compares every CAM of the set with its image's object mask and writes
// options.output, which is replaced: the result depends on CAMs, masks and
// options alone.
//
// FailedPrecondition when options.cams is not of CAMs; otherwise as
// object_masks.h and record_reader.h. Cancelled: preempted.
absl::StatusOr<CamQualityReport> MeasureCamQuality(
    const CamQualityOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_H_
