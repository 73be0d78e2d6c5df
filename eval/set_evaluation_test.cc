#include "eval/set_evaluation.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/logit_vector.h"
#include "core/metrics/prediction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kClasses = 4;

v1::DatasetInfo Dataset(const std::vector<int64_t>& allowed = {}) {
  v1::DatasetInfo dataset;
  for (int64_t c = 0; c < kClasses; ++c) {
    dataset.add_class_keys(absl::StrCat("n", c));
  }
  dataset.mutable_allowed_classes()->Assign(allowed.begin(), allowed.end());
  return dataset;
}

// An image whose most likely class is `predicted`, 2 above all others.
v1::PredictionRecord Prediction(const std::vector<int64_t>& labels,
                                int64_t predicted, const std::string& group,
                                const std::vector<int64_t>& allowed = {}) {
  v1::ImageRecord image;
  image.set_id("i");
  image.set_label(labels[0]);
  image.mutable_other_labels()->Assign(labels.begin() + 1, labels.end());
  image.set_group(group);
  std::vector<float> logits(kClasses, 0);
  logits[static_cast<size_t>(predicted)] = 2;
  auto meter = AccuracyMeter::Create(kClasses, allowed);
  EXPECT_OK(meter);
  v1::PredictionRecord prediction =
      ToPrediction(image, *meter->Add(logits, labels));
  *prediction.mutable_logits() = ToLogitVector(logits);
  return prediction;
}

v1::SetReport ReportOf(const SetEvaluation& evaluation) {
  v1::SetReport report;
  evaluation.FillReport(true, &report);
  return report;
}

TEST(SetEvaluation, CountsByClassAndGroup) {
  SetEvaluation evaluation(Dataset());
  ASSERT_OK(evaluation.Add(Prediction({0}, 0, "usual")));
  ASSERT_OK(evaluation.Add(Prediction({0}, 0, "usual")));
  ASSERT_OK(evaluation.Add(Prediction({0}, 3, "unusual")));
  ASSERT_OK(evaluation.Add(Prediction({1}, 3, "unusual")));
  ASSERT_OK(evaluation.Add(Prediction({1}, 1, "")));
  ASSERT_OK(evaluation.Add(Prediction({2}, 0, "usual")));
  const v1::SetReport report = ReportOf(evaluation);
  EXPECT_EQ(report.images(), 6);
  EXPECT_EQ(report.top1_right(), 3);
  EXPECT_EQ(report.top5_right(), 6);
  EXPECT_DOUBLE_EQ(report.top1(), 50);
  // Of 3 of 6: centre 1/2, half width z / (2 sqrt(n + z^2)) = 0.3124.
  EXPECT_NEAR(report.top1_interval().low(), 18.76, 0.005);
  EXPECT_NEAR(report.top1_interval().high(), 81.24, 0.005);
  // Classes: 2 of 3, 1 of 2, 0 of 1; class 3 has no images.
  EXPECT_NEAR(report.mean_class_top1(), (200.0 / 3 + 50 + 0) / 3, 1e-9);
  ASSERT_EQ(report.classes_size(), 3);
  EXPECT_EQ(report.classes(1).key(), "n1");
  EXPECT_EQ(report.classes(1).counted(), 2);
  EXPECT_EQ(report.classes(1).top1_right(), 1);
  ASSERT_EQ(report.groups_size(), 2);  // by name
  EXPECT_EQ(report.groups(0).name(), "unusual");
  EXPECT_EQ(report.groups(0).counted(), 2);
  EXPECT_EQ(report.groups(0).top1(), 0);
  EXPECT_NEAR(report.groups(1).top1(), 200.0 / 3, 1e-9);
  EXPECT_EQ(report.worst_group(), "unusual");
  // Each confidence is e^2 / (e^2 + 3); 3 of 6 are right, all in one bin.
  const double confidence = std::exp(2) / (std::exp(2) + 3);
  EXPECT_NEAR(report.calibration().ece(), confidence - 0.5, 1e-6);
  EXPECT_EQ(report.allowed_classes(), kClasses);
}

TEST(SetEvaluation, NamesTheMostFrequentConfusionsFirst) {
  SetEvaluation evaluation(Dataset());
  ASSERT_OK(evaluation.Add(Prediction({2}, 1, "")));
  ASSERT_OK(evaluation.Add(Prediction({0}, 3, "")));
  ASSERT_OK(evaluation.Add(Prediction({0}, 3, "")));
  ASSERT_OK(evaluation.Add(Prediction({0}, 1, "")));
  ASSERT_OK(evaluation.Add(Prediction({3}, 3, "")));
  const v1::SetReport report = ReportOf(evaluation);
  ASSERT_EQ(report.confusions_size(), 3);
  EXPECT_EQ(report.confusions(0).label_key(), "n0");
  EXPECT_EQ(report.confusions(0).predicted_key(), "n3");
  EXPECT_EQ(report.confusions(0).images(), 2);
  EXPECT_EQ(report.confusions(1).label(), 0);  // of equal ones the lower label
  EXPECT_EQ(report.confusions(2).label(), 2);
}

TEST(SetEvaluation, PutsAnImageIntoTheClassOfItsFirstAllowedLabel) {
  const std::vector<int64_t> allowed = {3, 1};
  SetEvaluation evaluation(Dataset(allowed));
  ASSERT_OK(evaluation.Add(Prediction({0, 3, 1}, 1, "", allowed)));
  ASSERT_OK(evaluation.Add(Prediction({2}, 1, "", allowed)));
  const v1::SetReport report = ReportOf(evaluation);
  EXPECT_EQ(report.images(), 2);
  EXPECT_EQ(report.counted(), 1);
  ASSERT_EQ(report.classes_size(), 1);
  EXPECT_EQ(report.classes(0).class_index(), 3);
  EXPECT_EQ(report.classes(0).top1_right(), 1);
  EXPECT_EQ(report.allowed_classes(), 2);
}

TEST(SetEvaluation, AsksAmongTheClassesOfAnotherSet) {
  SetEvaluation evaluation(Dataset());
  evaluation.RestrictTo("few", {1, 2});
  ASSERT_OK(evaluation.Add(Prediction({1}, 1, "")));
  ASSERT_OK(evaluation.Add(Prediction({1}, 0, "")));  // a tie of 1 and 2: 1
  ASSERT_OK(evaluation.Add(Prediction({2}, 0, "")));  // likewise
  ASSERT_OK(evaluation.Add(Prediction({3}, 3, "")));  // does not count
  const v1::SetReport report = ReportOf(evaluation);
  EXPECT_EQ(report.top1_right(), 2);
  ASSERT_EQ(report.restricted_size(), 1);
  EXPECT_EQ(report.restricted(0).classes_of(), "few");
  EXPECT_EQ(report.restricted(0).counted(), 3);
  EXPECT_EQ(report.restricted(0).top1_right(), 2);
  v1::PredictionRecord without = Prediction({1}, 1, "");
  without.clear_logits();
  EXPECT_THAT(evaluation.Add(without),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has no logits")));
}

TEST(SetEvaluation, IsTheSameInParts) {
  SetEvaluation nothing(Dataset());
  nothing.RestrictTo("few", {1, 2});
  SetEvaluation all = nothing;
  SetEvaluation first = nothing;
  SetEvaluation second = nothing;
  for (int64_t i = 0; i < 40; ++i) {
    const v1::PredictionRecord prediction =
        Prediction({i % 3}, i * i % kClasses,
                   i % 4 == 0   ? ""
                   : i % 4 == 1 ? "a"
                                : "b");
    ASSERT_OK(all.Add(prediction));
    ASSERT_OK((i < 25 ? first : second).Add(prediction));
  }
  first.Merge(second);
  v1::SetReport merged = ReportOf(first);
  v1::SetReport whole = ReportOf(all);
  EXPECT_NEAR(merged.loss(), whole.loss(), 1e-12);
  merged.clear_loss();
  whole.clear_loss();
  EXPECT_EQ(merged.DebugString(), whole.DebugString());
}

TEST(SetEvaluation, KnowsTheListOfClasses) {
  const std::string list = ReportOf(SetEvaluation(Dataset())).class_list();
  EXPECT_EQ(list.size(), 64);
  v1::DatasetInfo other = Dataset();
  other.set_class_keys(0, "m0");
  EXPECT_NE(ReportOf(SetEvaluation(other)).class_list(), list);
  other.clear_class_keys();
  EXPECT_EQ(ReportOf(SetEvaluation(other)).class_list(), "");
}

}  // namespace
}  // namespace maskfill
