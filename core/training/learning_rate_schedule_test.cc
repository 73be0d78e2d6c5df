#include "core/training/learning_rate_schedule.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

// Of double arithmetic in another order.
constexpr double kRelative = 1e-12;

ScheduleOptions HundredSteps(ScheduleKind kind, double warmup) {
  return {.kind = kind,
          .max_learning_rate = 3e-5,
          .total_steps = 100,
          .warmup_fraction = warmup};
}

TEST(LearningRateSchedule, OneCycleStartsAtATwentyFifthWithBeta95) {
  const ScheduleValue value =
      ScheduleAt(HundredSteps(ScheduleKind::kOneCycle, 0.21), 0);
  EXPECT_NEAR(value.learning_rate, 1.2e-6, 1.2e-6 * kRelative);
  EXPECT_NEAR(value.beta1, 0.95, kRelative);
}

TEST(LearningRateSchedule, OneCyclePeaksOneStepBeforeTheWarmUpFraction) {
  // 0.21 * 100 - 1 = 20.
  const ScheduleValue value =
      ScheduleAt(HundredSteps(ScheduleKind::kOneCycle, 0.21), 20);
  EXPECT_NEAR(value.learning_rate, 3e-5, 3e-5 * kRelative);
  EXPECT_NEAR(value.beta1, 0.85, kRelative);
}

TEST(LearningRateSchedule, OneCycleIsHalfWayInTheMiddleOfItsPhases) {
  // Step 10 of 20: cos(pi/2) = 0, so the mean of 1.2e-6 and 3e-5.
  const ScheduleValue up =
      ScheduleAt(HundredSteps(ScheduleKind::kOneCycle, 0.21), 10);
  EXPECT_NEAR(up.learning_rate, 1.56e-5, 1e-15);
  EXPECT_NEAR(up.beta1, 0.9, 1e-12);
  // The peak of 0.02 * 100 - 1 = 1 and the last step 99: their middle is 50.
  const ScheduleValue down =
      ScheduleAt(HundredSteps(ScheduleKind::kOneCycle, 0.02), 50);
  EXPECT_NEAR(down.learning_rate, (3e-5 + 1.2e-10) / 2, 1e-15);
  EXPECT_NEAR(down.beta1, 0.9, 1e-12);
}

TEST(LearningRateSchedule, OneCycleEndsAtTwoHundredFiftyThousandth) {
  const ScheduleValue value =
      ScheduleAt(HundredSteps(ScheduleKind::kOneCycle, 0.02), 99);
  EXPECT_NEAR(value.learning_rate, 1.2e-10, 1e-20);
  EXPECT_NEAR(value.beta1, 0.95, kRelative);
}

TEST(LearningRateSchedule, OneCycleMatchesPyTorchOnSevenSteps) {
  // torch 2.13: OneCycleLR(AdamW, max_lr=1e-3, total_steps=7, pct_start=0.3).
  const std::vector<double> learning_rates = {
      3.9999999999999996e-05,
      0.0009805566273349588,
      0.0009190443762697105,
      0.000672683836480545,
      0.00035773877573965705,
      9.929679189326558e-05,
      4e-09,
  };
  const std::vector<double> beta1s = {
      0.95,
      0.8520253513192751,
      0.858095594755408,
      0.8827317472789346,
      0.9142263793315516,
      0.9400706810933978,
      0.95,
  };
  const ScheduleOptions options = {.kind = ScheduleKind::kOneCycle,
                                   .max_learning_rate = 1e-3,
                                   .total_steps = 7,
                                   .warmup_fraction = 0.3};
  for (int64_t step = 0; step < 7; ++step) {
    const ScheduleValue value = ScheduleAt(options, step);
    EXPECT_NEAR(value.learning_rate, learning_rates[step], 1e-18) << step;
    EXPECT_NEAR(value.beta1, beta1s[step], 1e-15) << step;
  }
}

TEST(LearningRateSchedule, OneCycleIsFiniteWhereThePeakIsStepZero) {
  // 0.02 * 50 - 1 = 0: PyTorch divides by zero here.
  const ScheduleOptions options = {
      .max_learning_rate = 1.0, .total_steps = 50, .warmup_fraction = 0.02};
  EXPECT_NEAR(ScheduleAt(options, 0).learning_rate, 1.0, kRelative);
  EXPECT_NEAR(ScheduleAt(options, 0).beta1, 0.85, kRelative);
}

TEST(LearningRateSchedule, OneCycleOfOneStepEndsAtOnce) {
  const ScheduleOptions options = {
      .max_learning_rate = 1.0, .total_steps = 1, .warmup_fraction = 0.02};
  EXPECT_NEAR(ScheduleAt(options, 0).learning_rate, 4e-6, 1e-15);
}

TEST(LearningRateSchedule, CosineWarmsUpLinearlyAndFallsTowardsZero) {
  const ScheduleOptions options = HundredSteps(ScheduleKind::kCosine, 0.2);
  EXPECT_NEAR(ScheduleAt(options, 0).learning_rate, 3e-5 / 20, 1e-18);
  EXPECT_NEAR(ScheduleAt(options, 19).learning_rate, 3e-5, 1e-18);
  EXPECT_NEAR(ScheduleAt(options, 20).learning_rate, 3e-5, 1e-18);
  EXPECT_NEAR(ScheduleAt(options, 60).learning_rate, 1.5e-5, 1e-18);
  // (1 + cos(79/80 pi)) / 2 = 3.855e-4.
  EXPECT_NEAR(ScheduleAt(options, 99).learning_rate, 3e-5 * 3.8551e-4, 1e-11);
  EXPECT_EQ(ScheduleAt(options, 99).beta1, 0.9);
}

TEST(LearningRateSchedule, ConstantStaysAtTheMaximum) {
  const ScheduleOptions options = HundredSteps(ScheduleKind::kConstant, 0.2);
  EXPECT_EQ(ScheduleAt(options, 0).learning_rate, 3e-5);
  EXPECT_EQ(ScheduleAt(options, 99).learning_rate, 3e-5);
}

TEST(LearningRateSchedule, ParsesItsOwnNamesAndRejectsOthers) {
  for (ScheduleKind kind : {ScheduleKind::kOneCycle, ScheduleKind::kCosine,
                            ScheduleKind::kConstant}) {
    EXPECT_THAT(ParseScheduleKind(ToString(kind)), IsOkAndHolds(kind));
  }
  EXPECT_THAT(
      ParseScheduleKind("linear"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("one_cycle")));
}

}  // namespace
}  // namespace maskfill
