// The program cam_compare as a function.
#ifndef MASKFILL_CAM_TOOL_CAM_COMPARE_H_
#define MASKFILL_CAM_TOOL_CAM_COMPARE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "cam_tool/cam_compare_options.h"

namespace maskfill {

// Raised when the numbers of the same CAMs, masks and options change.
inline constexpr uint32_t kCamCompareVersion = 2;

// Compares the CAMs of every image, each set with each other one and, where
// there are masks, with the image's object, and makes options.run.output
// (core/work/file.h). What the masks hold is known once they were read, so a
// finished output saves no reading; it is left as it is.
//
// InvalidArgument when there is nothing to compare with: one set and no masks.
// FailedPrecondition when a set is not of CAMs or not of the same images
// (joined_cams.h); AlreadyExists when the output is of other CAMs, masks or
// options; otherwise as object_masks.h, record_reader.h and file.h. Cancelled:
// preempted.
absl::StatusOr<CamCompareReport> CompareCams(const CamCompareOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_COMPARE_H_
