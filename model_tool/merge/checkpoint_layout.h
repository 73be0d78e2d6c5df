// What a checkpoint is made of, without its weights.
#ifndef MASKFILL_MODEL_TOOL_MERGE_CHECKPOINT_LAYOUT_H_
#define MASKFILL_MODEL_TOOL_MERGE_CHECKPOINT_LAYOUT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model_config.h"

namespace maskfill {

struct CheckpointLayout {
  struct Tensor {
    std::vector<int64_t> shape;
    std::string dtype;  // as stored: "F32", "F16", ...
  };

  std::string dir;
  ModelConfig config;
  std::map<std::string, Tensor> tensors;
};

// Reads config.json and the header of model.safetensors: a few kilobytes.
// NotFound and DataLoss as LoadCheckpoint.
absl::StatusOr<CheckpointLayout> ReadCheckpointLayout(const std::string& dir);

// Whether weights of one can be added to weights of the other:
// FailedPrecondition that names both files and their first difference in
// configuration (class names included), tensor names, shapes or dtypes.
absl::Status CheckSameLayout(const CheckpointLayout& a,
                             const CheckpointLayout& b);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_CHECKPOINT_LAYOUT_H_
