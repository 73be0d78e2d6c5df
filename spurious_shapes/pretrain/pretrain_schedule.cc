#include "spurious_shapes/pretrain/pretrain_schedule.h"

#include <algorithm>

namespace maskfill {
namespace {

// part / whole, at most 1; 1 when there is no such phase.
double Share(int64_t part, int64_t whole) {
  if (whole <= 0) return 1;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

double LearningRateAt(const PretrainSchedule& schedule, int64_t step) {
  const int64_t text_only = step - schedule.joint_steps;
  if (text_only >= 0) {
    return schedule.max_learning_rate *
           Share(schedule.text_only_steps - text_only,
                 schedule.text_only_steps);
  }
  return schedule.max_learning_rate *
         std::min(Share(step + 1, schedule.warmup_steps),
                  Share(schedule.joint_steps - step, schedule.decay_steps));
}

}  // namespace maskfill
