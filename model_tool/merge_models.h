// Averages the weights of checkpoints of one model.
#ifndef MASKFILL_MODEL_TOOL_MERGE_MODELS_H_
#define MASKFILL_MODEL_TOOL_MERGE_MODELS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/work/work_result.h"
#include "model_tool/merge_method.h"
#include "model_tool/merge_models_options.h"

namespace maskfill {

inline constexpr uint32_t kMergeModelsVersion = 1;

// InvalidArgument that lists what the method cannot work with: number of
// checkpoints, values out of range.
absl::Status CheckMergeModelsOptions(const MergeModelsOptions& options);

// Makes one checkpoint of several by the method (merge_method.h), or one for
// each of several alphas. The ledger has the parents, with path and
// fingerprint, as checkpoint_1, checkpoint_2, ... The result counts "tensors",
// "parameters" and what the method adds.
//
// FailedPrecondition when the checkpoints, or these and the held-out set, do
// not fit each other (CheckSameLayout, CheckFitsModel), before any weights are
// read; InvalidArgument as of CheckMergeModelsOptions.
absl::StatusOr<WorkResult> MergeModels(const MergeModelsOptions& options);

// For people: what was done; empty for a dry run.
std::string ToText(const WorkResult& result, const MergeModelsOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_MODELS_H_
