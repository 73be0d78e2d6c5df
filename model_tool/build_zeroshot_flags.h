// The flags of build_zeroshot.
#ifndef MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_FLAGS_H_
#define MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/build_zeroshot.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<BuildZeroshotOptions> BuildZeroshotOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_FLAGS_H_
