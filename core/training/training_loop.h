// The steps of a run from where it stopped to its end.
#ifndef MASKFILL_CORE_TRAINING_TRAINING_LOOP_H_
#define MASKFILL_CORE_TRAINING_TRAINING_LOOP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "core/image/image.h"
#include "core/training/learner.h"
#include "core/training/process_group.h"
#include "nlohmann/json.hpp"

namespace maskfill {

struct TrainingLoopOptions {
  std::string name;             // of the program, for the progress
  std::string fingerprint;      // of the run
  std::string state_dir;        // where its states are
  std::string metrics_path;     // JSON lines of steps
  std::string evaluation_path;  // JSON lines of evaluations
  // TensorBoard's events of both, in train/ and validation/; empty: none.
  std::string events_dir = "";
  int64_t total_steps = 0;
  int64_t images_per_step = 0;
  int64_t metrics_every_steps = 1;
  // A state is saved and the model evaluated after so many steps, and at the
  // end; 0: only at the end.
  int64_t evaluate_every_steps = 0;
  int64_t save_every_steps = 0;  // states besides those; 0: none
  int64_t kept_states = 2;       // the newest ones; at least 1
  ProgressMode progress = ProgressMode::kAuto;
  // The processes that take the same steps; only the leading one touches files.
  ProcessGroup* group = &ProcessGroup::Alone();
};

struct StepReport {
  double loss = 0;
  nlohmann::ordered_json metrics;  // of the line, besides step and loss
  std::string detail;              // for the progress
  // Pictures for TensorBoard, by what they show.
  std::map<std::string, Image> pictures;
};

struct TrainingHooks {
  // Takes the learner's next step. Of several ranks, with at least one Agree().
  std::function<absl::StatusOr<StepReport>()> step;
  // Looks at the learner between steps and gives what its line says besides
  // the step. Null: there is nothing to evaluate. Called again for the step a
  // run goes on from when it was stopped before the line was written.
  std::function<absl::StatusOr<nlohmann::ordered_json>()> evaluate;
};

// Restores the newest state, takes the steps that are left, and keeps the
// newest states. `numbers` are saved with each state and restored from it; the
// hooks may change them ("last_evaluated_step" is the loop's own).
//
// Lines of metrics hold step, the mean loss since the line before, the hook's
// metrics and images_per_second (without the time that states and evaluations
// take). What a dead run wrote beyond its last state is dropped.
//
// Asked to save (SIGUSR1), it saves the state after the step and goes on.
// Cancelled when told to stop: the state is saved then, as it is when another
// rank is lost (Unavailable). DivergedError when the model is no longer finite,
// before such a state is saved or evaluated; it names the last state. Other
// errors are those of hooks and files. Of several ranks all end with the same.
absl::Status RunTrainingLoop(const TrainingLoopOptions& options,
                             const TrainingHooks& hooks, Learner& learner,
                             std::map<std::string, double>& numbers);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_TRAINING_LOOP_H_
