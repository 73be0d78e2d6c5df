// The program feature_compare as a function.
#ifndef MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_H_
#define MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "feature_tool/feature_compare_options.h"

namespace maskfill {

// Raised when the result of the same features changes.
inline constexpr uint32_t kFeatureCompareVersion = 2;

// How far two checkpoints disagree on the counterfactuals of each set: the mean
// over the images of the mean squared difference of their features, of an image
// with several counterfactuals the mean over them: before any training, the
// distillation loss between the two. Makes options.run.output
// (core/work/file.h).
//
// FailedPrecondition when the sets do not belong together: not of the same
// images, of counterfactuals drawn with other seeds, of other checkpoints or
// more than two, or computed otherwise (dtype, precision); or when the
// counterfactuals, whose manifests say how they were made, are not where
// feature_tool read them. DataLoss when a record is damaged or is not the one
// that belongs there. Cancelled: preempted.
absl::StatusOr<FeatureCompareReport> CompareFeatures(
    const FeatureCompareOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_H_
