#include "eval/report/significance.h"

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_predictions.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

constexpr int64_t kImages = 200;

class Significance : public testing::Test {
 protected:
  void SetUp() override { dir_ = TestDirectory(); }

  // A method that is right about the images from `begin` on to `end` of a set.
  void Add(const std::string& method, const std::string& set, int64_t begin,
           int64_t end) {
    std::vector<TestAnswer> answers(kImages, TestAnswer{.predicted = 1});
    for (int64_t i = begin; i < end; ++i) answers[i].predicted = 0;
    WritePredictions(JoinPath(dir_, method + set), method, set, answers);
    v1::EvalReport& report = reports_[method];
    report.set_checkpoint_fingerprint(method);
    report.set_precision("fp32");
    AddSet(set, 100.0 * static_cast<double>(end - begin) / kImages, &report);
  }

  // "ours" against "ft".
  absl::StatusOr<PairedDifferences::Method> Compare() {
    std::vector<std::string> paths;
    for (const auto& [method, report] : reports_) {
      paths.push_back(WriteEvalReport(dir_, method, report));
    }
    ASSIGN_OR_RETURN(const std::vector<Evaluation> evaluations,
                     ReadEvaluations(ReportFiles(paths)));
    ASSIGN_OR_RETURN(const AccuracyTable table, TableOf(evaluations, {"id"}));
    ASSIGN_OR_RETURN(PairedDifferences differences, CompareWith(table, "ft"));
    ASSIGN_OR_RETURN(const Predictions predictions, Predictions::Read({dir_}));
    RETURN_IF_ERROR(
        AddSignificance(table, evaluations, predictions, &differences));
    return differences.methods[0];
  }

  std::string dir_;
  std::map<std::string, v1::EvalReport> reports_;
};

TEST_F(Significance, CountsWhatOnlyOneOfThemIsRightAbout) {
  Add("ft", "id", 0, 100);
  Add("ours", "id", 20, 150);
  Add("ft", "r", 0, 100);
  Add("ours", "r", 0, 100);
  ASSERT_OK_AND_ASSIGN(const PairedDifferences::Method ours, Compare());
  ASSERT_EQ(ours.tests[0].size(), 1);
  EXPECT_EQ(ours.tests[0][0].only_a, 50);  // 100 to 150
  EXPECT_EQ(ours.tests[0][0].only_b, 20);  // 0 to 20
  // 15 points; an image's variance is 70 / 200 - 0.15^2, the mean's deviation
  // sqrt(0.3275 / 200) = 4.05 points. Room for 2000 resamples.
  ASSERT_TRUE(ours.intervals[0].has_value());
  EXPECT_NEAR(ours.intervals[0]->low, 15 - 1.96 * 4.05, 0.7);
  EXPECT_NEAR(ours.intervals[0]->high, 15 + 1.96 * 4.05, 0.7);
  // Equal answers leave nothing to chance, and the OOD average is "r" alone.
  for (const size_t column : {1, 2}) {
    ASSERT_TRUE(ours.intervals[column].has_value());
    EXPECT_EQ(ours.intervals[column]->low, 0);
    EXPECT_EQ(ours.intervals[column]->high, 0);
  }
}

TEST_F(Significance, AverageOfIndependentSetsIsMoreCertain) {
  Add("ft", "id", 0, 100);
  Add("ours", "id", 0, 100);
  for (const char* set : {"r", "a"}) {
    Add("ft", set, 0, 100);
    Add("ours", set, 20, 150);
  }
  ASSERT_OK_AND_ASSIGN(const PairedDifferences::Method ours, Compare());
  const auto width = [&ours](size_t column) {
    return ours.intervals[column]->high - ours.intervals[column]->low;
  };
  // Two sets of equal width: 1 / sqrt(2) of it.
  EXPECT_NEAR(width(3) / width(1), 0.7071, 0.06);
  EXPECT_TRUE(ours.tests[3].empty());
}

TEST_F(Significance, SaysNothingOfWhatHasNoPredictions) {
  Add("ft", "id", 0, 100);
  Add("ours", "id", 0, 120);
  AddSet("r", 50, &reports_["ft"]);
  AddSet("r", 60, &reports_["ours"]);
  ASSERT_OK_AND_ASSIGN(const PairedDifferences::Method ours, Compare());
  EXPECT_TRUE(ours.intervals[0].has_value());
  EXPECT_FALSE(ours.intervals[1].has_value());
  EXPECT_FALSE(ours.intervals[2].has_value());
}

}  // namespace
}  // namespace maskfill
