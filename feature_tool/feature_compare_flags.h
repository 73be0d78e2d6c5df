// Command line of feature_compare.
#ifndef MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_FLAGS_H_
#define MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_FLAGS_H_

#include "absl/status/statusor.h"
#include "feature_tool/feature_compare_options.h"

namespace maskfill {

// The options that the command line gives, or one error that lists every bad
// flag.
absl::StatusOr<FeatureCompareOptions> FeatureCompareOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_FEATURE_COMPARE_FLAGS_H_
