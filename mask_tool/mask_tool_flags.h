// The flags of mask_tool.
#ifndef MASKFILL_MASK_TOOL_MASK_TOOL_FLAGS_H_
#define MASKFILL_MASK_TOOL_MASK_TOOL_FLAGS_H_

#include "absl/status/statusor.h"
#include "mask_tool/mask_tool.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<MaskToolOptions> MaskToolOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASK_TOOL_FLAGS_H_
