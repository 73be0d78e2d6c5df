// What a training loop and its saved states ask of a model that is trained.
#ifndef MASKFILL_CORE_TRAINING_LEARNER_H_
#define MASKFILL_CORE_TRAINING_LEARNER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Everything that a step depends on and changes, by parameter name.
struct LearnerState {
  int64_t step = 0;           // steps taken
  NamedTensors parameters;    // of the whole model; not a head made from it
  NamedTensors exp_avg;       // first moments of what is trained
  NamedTensors exp_avg_sq;    // second moments
  NamedTensors teacher = {};  // of a teacher that moves; else none
};

// Steps are its own business: see TrainingHooks.
class Learner {
 public:
  virtual ~Learner() = default;

  virtual int64_t step() const = 0;  // steps taken
  // Views: copy before the next step.
  virtual LearnerState State() const = 0;
  // Continues where another learner of the same options was. DataLoss when
  // names or shapes are not this model's.
  virtual absl::Status Restore(const LearnerState& state) = 0;
  // DivergedError unless every parameter is a finite number.
  virtual absl::Status CheckFinite() const = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_LEARNER_H_
