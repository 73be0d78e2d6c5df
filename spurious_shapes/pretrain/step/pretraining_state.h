// The file that a killed pre-training continues from.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_STEP_PRETRAINING_STATE_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_STEP_PRETRAINING_STATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "spurious_shapes/pretrain/step/pretrainer.h"

namespace maskfill {

// Writes `state` atomically as safetensors; `fingerprint` says which run it
// belongs to.
absl::Status SavePretrainingState(const std::string& path,
                                  const PretrainerState& state,
                                  const std::string& fingerprint);

// FailedPrecondition when the file is of another run (both fingerprints are
// named), DataLoss when it is no such file.
absl::StatusOr<PretrainerState> LoadPretrainingState(
    const std::string& path, const std::string& fingerprint);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_STEP_PRETRAINING_STATE_H_
