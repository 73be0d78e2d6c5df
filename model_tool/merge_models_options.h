// What merge_models is told.
#ifndef MASKFILL_MODEL_TOOL_MERGE_MODELS_OPTIONS_H_
#define MASKFILL_MODEL_TOOL_MERGE_MODELS_OPTIONS_H_

#include <string>
#include <vector>

#include "core/model/device_flags.h"
#include "core/work/run_options.h"

namespace maskfill {

struct MergeMethod;

// Each method uses some of it (merge_method.h).
struct MergeModelsOptions {
  // input: the held-out set. output: the checkpoint directory; of several
  // alphas, a directory for alpha-0.1 and so on.
  RunOptions run;
  ComputeOptions compute;                // of the scores on the held-out set
  std::vector<std::string> checkpoints;  // directories, globs expanded
  const MergeMethod* method = nullptr;   // required
  // Shares of the second checkpoint, each in [0, 1].
  std::vector<double> alphas = {0.5};
  double decay = 0.9;       // of the average from state to state, in [0, 1]
  double beta_shape = 0.5;  // of the Beta distribution, in (0, 100]
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MERGE_MODELS_OPTIONS_H_
