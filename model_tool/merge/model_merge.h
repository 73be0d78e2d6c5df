// Averages the weights of checkpoints of one model.
#ifndef MASKFILL_MODEL_TOOL_MERGE_MODEL_MERGE_H_
#define MASKFILL_MODEL_TOOL_MERGE_MODEL_MERGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model_tool/checkpoint_output.h"

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

struct ModelMergeOptions {
  std::vector<std::string> checkpoints;  // directories; wise_ft: exactly two
  MergeMethod method = MergeMethod::kWiseFt;
  double alpha = 0.5;  // in [0, 1], of the second checkpoint; wise_ft only
  CheckpointOutput output;
  int num_threads = 0;       // of the CPU; 0: LibTorch's choice
  std::string summary_json;  // path, or empty
};

struct ModelMergeStats {
  bool already_done = false;
  bool written = false;
  std::string fingerprint;  // of the plan, see PlanFingerprint
  int64_t num_tensors = 0;
  int64_t num_parameters = 0;
  double seconds = 0;
};

// Writes the average of every tensor, backbone, head and logit_scale alike,
// computed in float64 and rounded to float32 once; alpha 0 and 1 give the
// first's and the second's weights bit for bit. FailedPrecondition when the
// checkpoints do not fit each other (CheckSameLayout), before any weights are
// read; InvalidArgument for options out of range. In memory: a float64
// average and one checkpoint. Running it again is a no-op.
absl::StatusOr<ModelMergeStats> MergeModels(const ModelMergeOptions& options);

// For people: what was done.
std::string ToText(const ModelMergeStats& stats,
                   const ModelMergeOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_MODEL_MERGE_H_
