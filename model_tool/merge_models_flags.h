// The flags of merge_models.
#ifndef MASKFILL_MODEL_TOOL_MERGE_MODELS_FLAGS_H_
#define MASKFILL_MODEL_TOOL_MERGE_MODELS_FLAGS_H_

#include "absl/status/statusor.h"
#include "model_tool/merge_models.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<MergeModelsOptions> MergeModelsOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_MODELS_FLAGS_H_
