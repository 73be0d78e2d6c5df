// The flags of build_zeroshot.
#ifndef MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_FLAGS_H_
#define MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/zeroshot_build.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<ZeroshotBuildOptions> ZeroshotBuildOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_FLAGS_H_
