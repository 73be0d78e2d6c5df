// Everything a training run needs to go on where it stopped, on disk.
#ifndef MASKFILL_TRAIN_RUN_TRAINING_STATE_H_
#define MASKFILL_TRAIN_RUN_TRAINING_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "train/step/trainer.h"

namespace maskfill {

// The order of the data, the learning rate and beta1 are functions of the
// step, so the step is the only cursor.
struct TrainingState {
  TrainerState trainer;
  std::string fingerprint;          // of the run, Manifest.fingerprint
  double loss = 0;                  // of the last step
  double accuracy = 0;              // of the last step, on its batch
  int64_t last_validated_step = 0;  // 0: none yet
  double best_accuracy = -1;        // on the validation set; -1: none yet
  int64_t best_step = 0;
};

// Writes `dir`/step-0000001200: model.safetensors, optimizer.safetensors
// (exp_avg.NAME, exp_avg_sq.NAME) and state.json, which holds the digests of
// the others. The directory gets its name last, so it is complete or absent.
// Then removes all but the newest `keep` states. Tensors may lie on any device.
absl::Status SaveTrainingState(const std::string& dir,
                               const TrainingState& state, int64_t keep);

// Removes all but the newest `keep` states in `dir`: also what a run was killed
// before it could remove.
absl::Status KeepNewestTrainingStates(const std::string& dir, int64_t keep);

// The newest state in `dir` that verifies, on the CPU; nothing when there is
// none. A damaged one is reported and removed with those after it. A sound one
// of another fingerprint is FailedPrecondition.
absl::StatusOr<std::optional<TrainingState>> LoadNewestTrainingState(
    const std::string& dir, const std::string& fingerprint);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_RUN_TRAINING_STATE_H_
