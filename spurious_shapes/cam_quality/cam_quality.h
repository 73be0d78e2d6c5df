// The program cam_quality as a function.
#ifndef MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_H_
#define MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "spurious_shapes/cam_quality/cam_quality_options.h"

namespace maskfill {

// Raised when the numbers of the same CAMs, masks and options change.
inline constexpr uint32_t kCamQualityVersion = 1;

// Compares every CAM of the set with its image's object mask and makes
// options.run.output (core/work/file.h). What the masks hold is known once they
// were read, so a finished output saves no reading; it is left as it is.
//
// FailedPrecondition when options.cams is not of CAMs; AlreadyExists when the
// output is of other CAMs, masks or options; otherwise as object_masks.h,
// record_reader.h and file.h. Cancelled: preempted.
absl::StatusOr<CamQualityReport> MeasureCamQuality(
    const CamQualityOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_CAM_QUALITY_CAM_QUALITY_H_
