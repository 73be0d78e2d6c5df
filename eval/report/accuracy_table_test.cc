#include "eval/report/accuracy_table.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

using OptionalDouble = std::optional<double>;

std::vector<std::string> ColumnNames(const AccuracyTable& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  return names;
}

TEST(AccuracyTable, MeanIsOverAllSetsWithoutIdSets) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(
      const AccuracyTable table,
      ReadReports({WriteReport(dir, "ft", {{"a", 60}, {"b", 51}})}));
  EXPECT_THAT(ColumnNames(table), ElementsAre("a", "b", "mean"));
  EXPECT_EQ(table.id_column, std::nullopt);
  // (60 + 51) / 2
  EXPECT_THAT(table.methods[0].mean,
              ElementsAre(OptionalDouble(60), OptionalDouble(51),
                          OptionalDouble(55.5)));
}

TEST(AccuracyTable, OodAverageLeavesOutTheIdSet) {
  const std::string dir = TestDirectory();
  const std::string path =
      WriteReport(dir, "ft", {{"r", 60}, {"id", 90}, {"a", 51}});
  ASSERT_OK_AND_ASSIGN(const AccuracyTable table, ReadReports({path}, {"id"}));
  EXPECT_THAT(ColumnNames(table), ElementsAre("id", "r", "a", "OOD avg"));
  EXPECT_EQ(table.id_column, std::optional<size_t>(0));
  EXPECT_EQ(table.overall().name, "OOD avg");
  EXPECT_EQ(table.methods[0].mean[3], OptionalDouble(55.5));  // (60 + 51) / 2
}

TEST(AccuracyTable, SeveralIdSetsHaveAnAverage) {
  const std::string dir = TestDirectory();
  const std::string path =
      WriteReport(dir, "ft", {{"id", 90}, {"r", 60}, {"val", 80}, {"a", 50}});
  ASSERT_OK_AND_ASSIGN(const AccuracyTable table,
                       ReadReports({path}, {"val", "id"}));
  EXPECT_THAT(ColumnNames(table),
              ElementsAre("val", "id", "r", "a", "ID avg", "OOD avg"));
  EXPECT_EQ(table.id_column, std::optional<size_t>(4));
  EXPECT_EQ(table.methods[0].mean[4], OptionalDouble(85));  // (80 + 90) / 2
  EXPECT_EQ(table.methods[0].mean[5], OptionalDouble(55));  // (60 + 50) / 2
}

TEST(AccuracyTable, SeedsOfOneMethodMakeOneRow) {
  const std::string dir = TestDirectory();
  const std::vector<std::string> paths = {
      WriteReport(dir, "ft-seed10", {{"id", 95}, {"r", 60}}),
      WriteReport(dir, "zero-shot", {{"id", 70}, {"r", 80}}),
      WriteReport(dir, "ft-seed2", {{"id", 91}, {"r", 70}}),
      WriteReport(dir, "ft-seed0", {{"id", 90}, {"r", 65}}),
  };
  ASSERT_OK_AND_ASSIGN(const AccuracyTable table, ReadReports(paths, {"id"}));
  ASSERT_EQ(table.methods.size(), 2);
  const AccuracyTable::Method& ft = table.methods[0];
  EXPECT_EQ(ft.name, "ft");
  ASSERT_EQ(ft.runs.size(), 3);
  EXPECT_THAT(ft.runs[0].seed, Optional(0));
  EXPECT_THAT(ft.runs[1].seed, Optional(2));
  EXPECT_THAT(ft.runs[2].seed, Optional(10));
  // (90 + 91 + 95) / 3 = 92; sqrt((4 + 1 + 9) / 3).
  EXPECT_EQ(ft.mean[0], OptionalDouble(92));
  EXPECT_THAT(ft.deviation[0], Optional(testing::DoubleNear(2.160247, 1e-6)));
  // (65 + 70 + 60) / 3 = 65; sqrt((0 + 25 + 25) / 3).
  EXPECT_EQ(ft.mean[2], OptionalDouble(65));
  EXPECT_THAT(ft.deviation[2], Optional(testing::DoubleNear(4.082483, 1e-6)));
  EXPECT_EQ(table.methods[1].runs[0].seed, std::nullopt);
  EXPECT_EQ(table.methods[1].deviation[0], std::nullopt);
}

TEST(AccuracyTable, AMissingSetEmptiesTheAverageItBelongsTo) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(
      const AccuracyTable table,
      ReadReports({WriteReport(dir, "ft", {{"id", 90}, {"r", 60}, {"a", 50}}),
                   WriteReport(dir, "fd", {{"r", 62}, {"a", 52}}),
                   WriteReport(dir, "ours", {{"id", 89}, {"r", 64}})},
                  {"id"}));
  EXPECT_THAT(table.methods[1].mean,
              ElementsAre(std::nullopt, OptionalDouble(62), OptionalDouble(52),
                          OptionalDouble(57)));
  EXPECT_THAT(table.methods[2].mean,
              ElementsAre(OptionalDouble(89), OptionalDouble(64), std::nullopt,
                          std::nullopt));
}

TEST(AccuracyTable, RefusesToCompareDifferentImages) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(ReadReports({WriteReport(dir, "a", {{"id:x", 60}}),
                           WriteReport(dir, "b", {{"id:z", 70}})}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("different images")));
}

TEST(AccuracyTable, SeedsOnOtherSetsAreRefused) {
  const std::string dir = TestDirectory();
  const std::string full = WriteReport(dir, "ft-seed0", {{"r", 1}, {"a", 2}});
  const std::string less = WriteReport(dir, "ft-seed1", {{"r", 1}});
  for (const auto& paths : {std::vector<std::string>{full, less},
                            std::vector<std::string>{less, full}}) {
    EXPECT_THAT(ReadReports(paths),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("ft-seed1.json\" has no set \"a\"")));
  }
}

TEST(AccuracyTable, IdSetsMustBeThereAndLeaveOthers) {
  const std::string dir = TestDirectory();
  const std::string path = WriteReport(dir, "ft", {{"id", 1}, {"r", 2}});
  EXPECT_THAT(ReadReports({path}, {"imagenet"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"imagenet\""), HasSubstr("id, r"))));
  EXPECT_THAT(
      ReadReports({path}, {"id", "id"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("given twice")));
  EXPECT_THAT(
      ReadReports({path}, {"id", "r"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("every set")));
}

TEST(AccuracyTable, RefusesOtherClassLists) {
  const std::string dir = TestDirectory();
  v1::EvalReport a, b;
  AddSet("id", 60, &a)->set_class_list("imagenet");
  AddSet("r", 50, &a)->set_class_list("imagenet");
  AddSet("flowers", 60, &b)->set_class_list("flowers");
  EXPECT_OK(ReadReports({WriteEvalReport(dir, "a", a)}));
  EXPECT_THAT(
      ReadReports({WriteEvalReport(dir, "a", a), WriteEvalReport(dir, "b", b)}),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("\"flowers\""),
                     HasSubstr("other classes share no table"))));
}

TEST(AccuracyTable, RefusesOtherCountsOfOneSet) {
  const std::string dir = TestDirectory();
  v1::EvalReport a, b;
  AddSet("id", 60, &a)->set_counted(100);
  AddSet("id", 60, &b)->set_counted(99);
  ASSERT_OK_AND_ASSIGN(const AccuracyTable table,
                       ReadReports({WriteEvalReport(dir, "a", a)}));
  EXPECT_EQ(table.columns[0].counted, 100);
  EXPECT_THAT(
      ReadReports({WriteEvalReport(dir, "a", a), WriteEvalReport(dir, "b", b)}),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               HasSubstr("99 images of set \"id\" count, 100")));
}

TEST(AccuracyTable, MixedPrecisionHasToBeAskedFor) {
  const std::string dir = TestDirectory();
  v1::EvalReport a, b;
  AddSet("id", 60, &a);
  AddSet("id", 61, &b);
  a.set_precision("fp32");
  b.set_precision("bf16");
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Evaluation> evaluations,
      ReadEvaluations(ReportFiles(
          {WriteEvalReport(dir, "a", a), WriteEvalReport(dir, "b", b)})));
  EXPECT_THAT(TableOf(evaluations),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("fp32"), HasSubstr("bf16"),
                             HasSubstr("--mixed"))));
  EXPECT_OK(TableOf(evaluations, {}, /*mixed=*/true));
}

TEST(AccuracyTable, CurvesMakeNoRow) {
  const std::string dir = TestDirectory();
  v1::EvalReport curve;
  curve.set_schema_version(1);
  v1::EvalReport point;
  AddSet("id", 60, &point);
  *curve.add_curve()->add_sets() = point.sets(0);
  const std::string path = WriteEvalReport(dir, "curve", curve);
  EXPECT_THAT(ReadReports({path}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(
      const AccuracyTable table,
      ReadReports({path, WriteReport(dir, "ft", {{"id", 70}})}));
  ASSERT_EQ(table.methods.size(), 1);
  EXPECT_EQ(table.methods[0].runs[0].evaluation, 1);
}

TEST(AccuracyTable, NeedsAReport) {
  EXPECT_THAT(ReadReports({}), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
