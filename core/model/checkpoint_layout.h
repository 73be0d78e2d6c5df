// What a checkpoint is made of, without its weights.
#ifndef MASKFILL_CORE_MODEL_CHECKPOINT_LAYOUT_H_
#define MASKFILL_CORE_MODEL_CHECKPOINT_LAYOUT_H_

#include "absl/status/status.h"
#include "core/model/checkpoint.h"

namespace maskfill {

// Whether weights of one can be added to weights of the other:
// FailedPrecondition that names both files and their first difference in
// configuration (class names included), tensor names, shapes or dtypes.
absl::Status CheckSameLayout(const CheckpointFile& a, const CheckpointFile& b);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_CHECKPOINT_LAYOUT_H_
