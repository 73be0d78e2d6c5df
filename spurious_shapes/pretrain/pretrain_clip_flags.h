// The flags of pretrain_clip.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_FLAGS_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_FLAGS_H_

#include "absl/status/statusor.h"
#include "spurious_shapes/pretrain/pretrain_clip.h"

namespace maskfill {

// InvalidArgument lists every flag that is missing or out of range.
absl::StatusOr<PretrainClipOptions> PretrainClipOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_CLIP_FLAGS_H_
