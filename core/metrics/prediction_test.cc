#include "core/metrics/prediction.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "core/metrics/logit_vector.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::ImageRecord ImageWith(int64_t label, const std::vector<int64_t>& others) {
  v1::ImageRecord image;
  image.set_id("a/1");
  image.set_label(label);
  image.mutable_other_labels()->Assign(others.begin(), others.end());
  image.set_group("usual");
  return image;
}

TEST(Prediction, SaysWhatTheMeterSaid) {
  const std::vector<float> logits = {9, 1, 5, 2};
  auto meter = AccuracyMeter::Create(4, {1, 2, 3});
  ASSERT_OK(meter);
  const v1::ImageRecord image = ImageWith(3, {0});
  ASSERT_OK_AND_ASSIGN(const ScoredImage scored,
                       meter->Add(logits, LabelsOf(image)));
  const v1::PredictionRecord prediction = ToPrediction(image, scored);
  EXPECT_EQ(prediction.id(), "a/1");
  EXPECT_EQ(prediction.group(), "usual");
  EXPECT_THAT(LabelsOf(prediction), ElementsAre(3, 0));
  EXPECT_THAT(prediction.top_classes(), ElementsAre(2, 3, 1));
  // Class 0 is not allowed: the right logit is 2, the largest wrong one 5.
  EXPECT_EQ(prediction.margin(), -3);
  const double sum = std::exp(1) + std::exp(5) + std::exp(2);
  EXPECT_NEAR(prediction.log_normalizer(), std::log(sum), 1e-12);
  EXPECT_NEAR(prediction.loss(), std::log(sum) - 2, 1e-12);
  EXPECT_NEAR(ConfidenceOf(prediction), std::exp(5) / sum, 1e-12);
  EXPECT_FALSE(IsTop1Right(prediction));
  EXPECT_TRUE(IsTop5Right(prediction));
  const AccuracySums sums = SumsOf(prediction);
  EXPECT_EQ(sums.counted, meter->sums().counted);
  EXPECT_EQ(sums.top1_right, meter->sums().top1_right);
  EXPECT_EQ(sums.top5_right, meter->sums().top5_right);
  EXPECT_EQ(sums.loss_sum, meter->sums().loss_sum);
}

TEST(Prediction, IsNotRightWhereItDoesNotCount) {
  auto meter = AccuracyMeter::Create(3, {1});
  ASSERT_OK(meter);
  const v1::ImageRecord image = ImageWith(0, {});
  ASSERT_OK_AND_ASSIGN(const ScoredImage scored,
                       meter->Add({1, 2, 3}, LabelsOf(image)));
  const v1::PredictionRecord prediction = ToPrediction(image, scored);
  EXPECT_FALSE(prediction.counted());
  EXPECT_EQ(prediction.margin(), 0);
  EXPECT_EQ(prediction.loss(), 0);
  EXPECT_EQ(SumsOf(prediction).images, 1);
  EXPECT_EQ(SumsOf(prediction).counted, 0);
}

TEST(Prediction, HasNoMarginWhereNoClassIsWrong) {
  auto meter = AccuracyMeter::Create(3, {0, 1});
  ASSERT_OK(meter);
  const v1::ImageRecord image = ImageWith(0, {1});
  ASSERT_OK_AND_ASSIGN(const ScoredImage scored,
                       meter->Add({1, 2, 3}, LabelsOf(image)));
  EXPECT_EQ(scored.margin, 0);
  EXPECT_NEAR(scored.loss, 0, 1e-12);
}

TEST(Rescore, AsksAmongOtherClasses) {
  auto meter = AccuracyMeter::Create(4, {1, 3});
  ASSERT_OK(meter);
  v1::PredictionRecord prediction;
  prediction.set_label(3);
  *prediction.mutable_logits() = ToLogitVector({9, 1, 5, 2});
  ASSERT_OK(Rescore(*meter, &prediction));
  EXPECT_THAT(prediction.top_classes(), ElementsAre(3, 1));
  EXPECT_THAT(prediction.top_logits(), ElementsAre(2, 1));
  EXPECT_TRUE(IsTop1Right(prediction));
  EXPECT_EQ(prediction.margin(), 1);
  prediction.mutable_logits()->mutable_below_largest()->resize(6);
  EXPECT_THAT(Rescore(*meter, &prediction),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("expected 8")));
  prediction.clear_logits();
  EXPECT_THAT(Rescore(*meter, &prediction),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has no logits")));
}

}  // namespace
}  // namespace maskfill
