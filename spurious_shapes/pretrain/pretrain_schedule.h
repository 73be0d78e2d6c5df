// The learning rate of pre-training as a pure function of the step.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_SCHEDULE_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_SCHEDULE_H_

#include <cstdint>

namespace maskfill {

// Warm-up, constant, decay (Hägele et al. 2024): as good as a cosine of the
// same length, and until the decay begins nothing depends on where the run
// will end. Then again for the text tower.
struct PretrainSchedule {
  double max_learning_rate = 1e-3;
  int64_t warmup_steps = 150;  // linear, from max / warmup_steps
  int64_t decay_steps = 1;     // the last joint ones; to max / decay_steps
  // Of both towers; at least warmup_steps + decay_steps.
  int64_t joint_steps = 1;
  // Of the text tower alone, after these: linear decay from max.
  int64_t text_only_steps = 0;
};

// What step `step` in [0, joint_steps + text_only_steps) uses.
double LearningRateAt(const PretrainSchedule& schedule, int64_t step);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_PRETRAIN_SCHEDULE_H_
