// Averages the weights of checkpoints of one model.
#ifndef MASKFILL_MODEL_TOOL_MERGE_MODELS_H_
#define MASKFILL_MODEL_TOOL_MERGE_MODELS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

enum class MergeMethod {
  // (1 - alpha) * first + alpha * second (Wortsman et al., "Robust fine-tuning
  // of zero-shot models", CVPR 2022): first zero-shot, second fine-tuned.
  kWiseFt,
  // The mean of all (Wortsman et al., "Model soups", ICML 2022).
  kUniformSoup,
};
// "wise_ft" or "uniform_soup".
absl::StatusOr<MergeMethod> ParseMergeMethod(absl::string_view text);
std::string ToString(MergeMethod method);

inline constexpr uint32_t kMergeModelsVersion = 1;

struct MergeModelsOptions {
  RunOptions run;                        // output: the checkpoint directory
  std::vector<std::string> checkpoints;  // directories; wise_ft: exactly two
  MergeMethod method = MergeMethod::kWiseFt;
  double alpha = 0.5;  // in [0, 1], of the second checkpoint; wise_ft only
};

// Writes the average of every tensor, backbone, head and logit_scale alike,
// computed in float64 and rounded to float32 once; alpha 0 and 1 give the
// first's and the second's weights bit for bit. FailedPrecondition when the
// checkpoints do not fit each other (CheckSameLayout), before any weights are
// read; InvalidArgument for options out of range. In memory: a float64
// average and one checkpoint. The result counts "tensors" and "parameters".
absl::StatusOr<WorkResult> MergeModels(const MergeModelsOptions& options);

// For people: what was done; empty for a dry run.
std::string ToText(const WorkResult& result, const MergeModelsOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_MODELS_H_
