#include "core/metrics/accuracy.h"

#include <cmath>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

AccuracyMeter MeterFor(int64_t num_classes,
                       const std::vector<int64_t>& allowed = {}) {
  auto meter = AccuracyMeter::Create(num_classes, allowed);
  EXPECT_OK(meter);
  return *meter;
}

TEST(AccuracyMeter, CountsTop1AndTop5ByHand) {
  AccuracyMeter meter = MeterFor(7);
  const std::vector<float> logits = {0, 1, 2, 3, 4, 5, 6};
  // Classes by rank: 6 5 4 3 2 | 1 0.
  ASSERT_OK(meter.Add(logits, {6}));  // first
  ASSERT_OK(meter.Add(logits, {2}));  // fifth
  ASSERT_OK(meter.Add(logits, {1}));  // sixth
  ASSERT_OK(meter.Add(logits, {5}));  // second
  EXPECT_EQ(meter.sums().images, 4);
  EXPECT_EQ(meter.sums().counted, 4);
  EXPECT_DOUBLE_EQ(meter.sums().Top1(), 25.0);
  EXPECT_DOUBLE_EQ(meter.sums().Top5(), 75.0);
}

TEST(AccuracyMeter, BreaksTiesByTheLowestClass) {
  AccuracyMeter meter = MeterFor(6);
  ASSERT_OK_AND_ASSIGN(const ScoredImage scored,
                       meter.Add({1, 3, 2, 3, 1, 3}, {1}));
  EXPECT_THAT(scored.top_classes, ElementsAre(1, 3, 5, 2, 0));
  EXPECT_THAT(scored.top_logits, ElementsAre(3, 3, 3, 2, 1));
  EXPECT_EQ(meter.sums().top1_right, 1);
}

TEST(AccuracyMeter, LooksOnlyAtAllowedClasses) {
  AccuracyMeter meter = MeterFor(4, {3, 1});
  // Class 0 is the most likely, but not allowed; of 1 and 3 it is 3.
  ASSERT_OK_AND_ASSIGN(const ScoredImage scored, meter.Add({9, 1, 5, 2}, {3}));
  EXPECT_THAT(scored.top_classes, ElementsAre(3, 1));
  EXPECT_TRUE(scored.counted);
  EXPECT_DOUBLE_EQ(meter.sums().Top1(), 100.0);
  // Softmax over 1 and 3: loss log(1 + exp(1 - 2)).
  EXPECT_NEAR(meter.sums().Loss(), std::log1p(std::exp(-1.0)), 1e-12);
}

TEST(AccuracyMeter, DoesNotCountImagesWithoutAllowedLabel) {
  AccuracyMeter meter = MeterFor(4, {1, 3});
  ASSERT_OK_AND_ASSIGN(const ScoredImage scored, meter.Add({9, 1, 5, 2}, {0}));
  EXPECT_FALSE(scored.counted);
  EXPECT_THAT(scored.top_classes, ElementsAre(3, 1));
  ASSERT_OK(meter.Add({9, 1, 5, 2}, {}));
  EXPECT_EQ(meter.sums().images, 2);
  EXPECT_EQ(meter.sums().counted, 0);
  EXPECT_EQ(meter.sums().Top1(), 0);
}

TEST(AccuracyMeter, TakesAnyOfSeveralLabelsAsRight) {
  AccuracyMeter meter = MeterFor(4, {1, 2, 3});
  // Label 0 is not allowed, 2 is, and 2 is the most likely.
  ASSERT_OK(meter.Add({9, 1, 5, 2}, {0, 2, 2}));
  EXPECT_EQ(meter.sums().counted, 1);
  EXPECT_EQ(meter.sums().top1_right, 1);
}

TEST(AccuracyMeter, SumsTheProbabilityOfRightClasses) {
  AccuracyMeter meter = MeterFor(3);
  // Equal logits: each has probability 1/3, two are right.
  ASSERT_OK(meter.Add({2, 2, 2}, {0, 1}));
  EXPECT_NEAR(meter.sums().Loss(), -std::log(2.0 / 3.0), 1e-12);
}

TEST(AccuracyMeter, KeepsTheLossFiniteForLargeLogits) {
  AccuracyMeter meter = MeterFor(2);
  ASSERT_OK(meter.Add({10000, -10000}, {1}));
  EXPECT_DOUBLE_EQ(meter.sums().Loss(), 20000.0);
}

TEST(AccuracyMeter, AddsUpToTheWholeSet) {
  const std::vector<std::vector<float>> logits = {
      {1, 2, 3}, {3, 2, 1}, {0, 5, 0}};
  AccuracyMeter all = MeterFor(3);
  AccuracySums sums;
  for (size_t i = 0; i < logits.size(); ++i) {
    AccuracyMeter part = MeterFor(3);
    ASSERT_OK(all.Add(logits[i], {static_cast<int64_t>(i)}));
    ASSERT_OK(part.Add(logits[i], {static_cast<int64_t>(i)}));
    sums.Merge(part.sums());
  }
  EXPECT_EQ(sums.images, all.sums().images);
  EXPECT_EQ(sums.top1_right, all.sums().top1_right);
  EXPECT_DOUBLE_EQ(sums.loss_sum, all.sums().loss_sum);
}

TEST(AccuracyMeter, RejectsLabelsThatTheHeadDoesNotHave) {
  AccuracyMeter meter = MeterFor(3);
  for (const int64_t label : {-1, 3, 1003}) {
    EXPECT_THAT(
        meter.Add({1, 2, 3}, {label}),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 AllOf(HasSubstr(std::to_string(label)), HasSubstr("3 rows"))));
  }
  EXPECT_THAT(AccuracyMeter::Create(3, {1, 3}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("class 3"), HasSubstr("3 rows"))));
  EXPECT_THAT(AccuracyMeter::Create(3, {1, 1}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(AccuracyMeter, RejectsLogitsThatAreNotFinite) {
  AccuracyMeter meter = MeterFor(2);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()}) {
    EXPECT_THAT(meter.Add({1, bad}, {0}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("class 1")));
  }
}

}  // namespace
}  // namespace maskfill
