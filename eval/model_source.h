// The models of an evaluation: checkpoints, or points between two.
#ifndef MASKFILL_EVAL_MODEL_SOURCE_H_
#define MASKFILL_EVAL_MODEL_SOURCE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/checkpoint.h"
#include "core/work/work.h"

namespace maskfill {

// A model that is to be evaluated, not loaded yet.
struct ModelSource {
  std::string name;  // of its report or predictions; empty: the only one
  std::string dir;
  Work work;  // what all its results are made from, besides images
  std::string fingerprint;
  ModelConfig config;
  std::function<absl::StatusOr<Checkpoint>()> load;
};

// The name of a checkpoint among others: that of its directory, or of the run
// in whose best or last it lies: "ours-seed0" of runs/ours-seed0/best.
std::string CheckpointName(const std::string& dir);

absl::StatusOr<ModelSource> OpenModel(const std::string& name,
                                      const std::string& dir,
                                      const std::string& precision);

// The models (1 - alpha) * base + alpha * checkpoint, named alpha-0.5 and so
// on. Both are loaded once, when the first model is, and stay as long as the
// models do. FailedPrecondition when they cannot be combined
// (CheckSameLayout).
absl::StatusOr<std::vector<ModelSource>> OpenCurve(
    const std::string& base, const std::string& checkpoint,
    const std::vector<double>& alphas, const std::string& precision);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_MODEL_SOURCE_H_
