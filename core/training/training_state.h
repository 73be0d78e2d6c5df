// Everything a training run needs to go on where it stopped, on disk.
#ifndef MASKFILL_CORE_TRAINING_TRAINING_STATE_H_
#define MASKFILL_CORE_TRAINING_TRAINING_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/training/learner.h"

namespace maskfill {

// The order of the data, the learning rate and beta1 are functions of the
// step, so the step is the only cursor.
struct TrainingState {
  LearnerState learner;
  std::string fingerprint;  // of the run, Manifest.fingerprint
  // What else the run remembers (the best accuracy so far, ...); finite.
  std::map<std::string, double> numbers;
};

// `dir`/step-0000001200.
std::string TrainingStatePath(const std::string& dir, int64_t step);

// Writes TrainingStatePath(`dir`, step): model.safetensors,
// optimizer.safetensors (exp_avg.NAME, exp_avg_sq.NAME, and teacher.NAME of a
// teacher that moves) and state.json, which holds the digests of the others.
// The directory gets its name last, so it is complete or absent. Then removes
// all but the newest `keep` states, as KeepNewestTrainingStates. Tensors may
// lie on any device.
absl::Status SaveTrainingState(const std::string& dir,
                               const TrainingState& state, int64_t keep,
                               std::optional<int64_t> previous = std::nullopt);

// The files of a state.
std::vector<std::string> TrainingStateFiles();
// Whether `dir` looks like a state: it has a state.json.
bool IsTrainingState(const std::string& dir);
// The checkpoint that a run leaves beside the directory of its states: the
// last state's model, with configuration and what is not trained.
inline constexpr char kLastDirectory[] = "last";

// How the directory of a state is called, for fnmatch.
inline constexpr char kTrainingStatePattern[] =
    "step-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]";

// Removes all but the newest `keep` states in `dir` of steps up to `step`, also
// what a run was killed before it could remove. States between `previous` and
// `step` do not count and go too: the run could not go on from them. Later ones
// stay. What is no file of a state stays where it is.
absl::Status KeepNewestTrainingStates(
    const std::string& dir, int64_t step, int64_t keep,
    std::optional<int64_t> previous = std::nullopt);

// The newest state in `dir` that can be read and verifies, on the CPU; nothing
// when there is none. Removes nothing: a damaged one (cut, or another digest)
// and one that the system fails to read are reported and passed over. Where no
// other is whole, the error of the latter (Unavailable) is returned, and so is
// OutOfRange of one that a newer version may have written. Errors at once are
// PermissionDenied and the like, and FailedPrecondition for a state of another
// fingerprint or of another schema_version.
absl::StatusOr<std::optional<TrainingState>> LoadNewestTrainingState(
    const std::string& dir, const std::string& fingerprint);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_TRAINING_STATE_H_
