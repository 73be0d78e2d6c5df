// The flags of make_random_clip.
#ifndef MASKFILL_MODEL_TOOL_MAKE_RANDOM_CLIP_FLAGS_H_
#define MASKFILL_MODEL_TOOL_MAKE_RANDOM_CLIP_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/make_random_clip.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<MakeRandomClipOptions> MakeRandomClipOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MAKE_RANDOM_CLIP_FLAGS_H_
