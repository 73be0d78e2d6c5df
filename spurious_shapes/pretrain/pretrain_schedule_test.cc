#include "spurious_shapes/pretrain/pretrain_schedule.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(LearningRateAt, WarmsUpHoldsAndDecays) {
  const PretrainSchedule schedule = {.max_learning_rate = 8,
                                     .warmup_steps = 4,
                                     .decay_steps = 2,
                                     .joint_steps = 8};
  const double expected[] = {2, 4, 6, 8, 8, 8, 8, 4};
  for (int64_t step = 0; step < 8; ++step) {
    EXPECT_DOUBLE_EQ(LearningRateAt(schedule, step), expected[step]) << step;
  }
}

TEST(LearningRateAt, DoesNotDependOnTheEndBeforeTheDecay) {
  PretrainSchedule schedule = {.max_learning_rate = 1,
                               .warmup_steps = 2,
                               .decay_steps = 5,
                               .joint_steps = 20};
  PretrainSchedule longer = schedule;
  longer.joint_steps = 100;
  for (int64_t step = 0; step <= 15; ++step) {
    EXPECT_EQ(LearningRateAt(schedule, step), LearningRateAt(longer, step));
  }
}

TEST(LearningRateAt, DecaysAgainWhereTheTextTowerLearnsAlone) {
  const PretrainSchedule schedule = {.max_learning_rate = 8,
                                     .warmup_steps = 1,
                                     .decay_steps = 2,
                                     .joint_steps = 3,
                                     .text_only_steps = 4};
  const double expected[] = {8, 8, 4, 8, 6, 4, 2};
  for (int64_t step = 0; step < 7; ++step) {
    EXPECT_DOUBLE_EQ(LearningRateAt(schedule, step), expected[step]) << step;
  }
}

TEST(LearningRateAt, HoldsThroughoutWithoutPhases) {
  const PretrainSchedule schedule = {.max_learning_rate = 1,
                                     .warmup_steps = 0,
                                     .decay_steps = 0,
                                     .joint_steps = 3};
  for (int64_t step = 0; step < 3; ++step) {
    EXPECT_EQ(LearningRateAt(schedule, step), 1);
  }
}

}  // namespace
}  // namespace maskfill
