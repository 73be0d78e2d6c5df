#include "spurious_shapes/pretrain/step/pretrain_schedule.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(LearningRateAt, WarmsUpHoldsAndDecays) {
  const PretrainSchedule schedule = {.max_learning_rate = 8,
                                     .warmup_steps = 4,
                                     .decay_steps = 2,
                                     .total_steps = 8};
  const double expected[] = {2, 4, 6, 8, 8, 8, 8, 4};
  for (int64_t step = 0; step < 8; ++step) {
    EXPECT_DOUBLE_EQ(LearningRateAt(schedule, step), expected[step]) << step;
  }
}

TEST(LearningRateAt, DoesNotDependOnTheEndBeforeTheDecay) {
  PretrainSchedule schedule = {.max_learning_rate = 1,
                               .warmup_steps = 2,
                               .decay_steps = 5,
                               .total_steps = 20};
  PretrainSchedule longer = schedule;
  longer.total_steps = 100;
  for (int64_t step = 0; step <= 15; ++step) {
    EXPECT_EQ(LearningRateAt(schedule, step), LearningRateAt(longer, step));
  }
}

TEST(LearningRateAt, HoldsThroughoutWithoutPhases) {
  const PretrainSchedule schedule = {.max_learning_rate = 1,
                                     .warmup_steps = 0,
                                     .decay_steps = 0,
                                     .total_steps = 3};
  for (int64_t step = 0; step < 3; ++step) {
    EXPECT_EQ(LearningRateAt(schedule, step), 1);
  }
}

}  // namespace
}  // namespace maskfill
