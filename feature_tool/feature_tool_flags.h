// The flags of feature_tool.
#ifndef MASKFILL_FEATURE_TOOL_FEATURE_TOOL_FLAGS_H_
#define MASKFILL_FEATURE_TOOL_FEATURE_TOOL_FLAGS_H_

#include "absl/status/statusor.h"
#include "feature_tool/feature_tool.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<FeatureToolOptions> FeatureToolOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_FEATURE_TOOL_FLAGS_H_
