// A training of seconds, for tests of `train`.
#ifndef MASKFILL_TESTS_SUPPORT_SMALL_TRAINING_H_
#define MASKFILL_TESTS_SUPPORT_SMALL_TRAINING_H_

#include <string>

#include "core/base/files.h"
#include "core/training/objective.h"
#include "core/work/run_options.h"
#include "train/train_options.h"

namespace maskfill {

// From `dir`/images to `dir`/`output`, validated on `dir`/held_out: of 10
// images 2 epochs of 3 steps, states after steps 2, 3, 4 and 6.
inline TrainOptions SmallTraining(const std::string& dir,
                                  const std::string& output,
                                  const std::string& mode) {
  TrainOptions options;
  options.run.input = JoinPath(dir, "images");
  options.run.output = JoinPath(dir, output);
  options.run.progress = ProgressMode::kNone;
  options.run.num_threads = 1;
  options.validation = JoinPath(dir, "held_out");
  options.objective = *ParseObjective(mode);
  options.epochs = 2;
  options.global_batch_size = 3;
  options.learning_rate = 1e-3;
  options.checkpoint_every_steps = 2;
  return options;
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_SMALL_TRAINING_H_
