#include "eval/report/report.h"

#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_predictions.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ReportTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    options_.run.output = JoinPath(dir_, "out");
  }

  void Add(const std::string& name,
           const std::vector<std::pair<std::string, double>>& top1) {
    options_.reports.push_back({WriteReport(dir_, name, top1)});
  }

  // ID, R and A: FT falls from 81 to 64 and 60, ours stays at 76.5 and 73.5.
  void AddStudy() {
    Add("zero-shot", {{"r", 83}, {"id", 69}, {"a", 79}});
    Add("ft-seed0", {{"r", 66}, {"id", 95}, {"a", 62}});
    Add("ft-seed1", {{"r", 61}, {"id", 94}, {"a", 59}});
    Add("ours-seed0", {{"r", 78}, {"id", 93}, {"a", 75}});
    Add("ours-seed1", {{"r", 75}, {"id", 93}, {"a", 72}});
    options_.id_sets = {"id"};
    options_.baselines = {"ft"};
  }

  std::string Written(const std::string& name) {
    const auto text = ReadFile(JoinPath(options_.run.output, name));
    EXPECT_OK(text);
    return text.value_or("");
  }

  std::string dir_;
  ReportOptions options_;
};

TEST_F(ReportTest, PutsModelsInRowsAndSetsInColumns) {
  Add("zero-shot", {{"id", 60}, {"ood", 50.25}});
  Add("ft", {{"id", 70}});
  // Means: (60 + 50.25) / 2 = 55.125; ft has no figure for "ood", so no mean.
  EXPECT_THAT(Report(options_),
              IsOkAndHolds("| top-1 %   |   id |  ood | mean |\n"
                           "|-----------|-----:|-----:|-----:|\n"
                           "| zero-shot | 60.0 | 50.2 | 55.1 |\n"
                           "| ft        | 70.0 |    - |    - |\n"));
  EXPECT_EQ(Written("report.csv"),
            "top-1 %,id,ood,mean\n"
            "zero-shot,60,50.25,55.125\nft,70,,\n");
  EXPECT_THAT(ListDirectory(options_.run.output),
              IsOkAndHolds(ElementsAre("provenance.json", "report-sets.csv",
                                       "report.csv", "report.md")));
  EXPECT_EQ(Written("report-sets.csv"),
            "set,images,counted,fingerprint\nid,0,0,id\nood,0,0,ood\n");
}

TEST_F(ReportTest, IsWrittenOnceForTheSameReports) {
  Add("zero-shot", {{"id", 60}});
  ASSERT_OK_AND_ASSIGN(const std::string first, Report(options_));
  EXPECT_THAT(Report(options_), IsOkAndHolds(first));
  Add("ft", {{"id", 70}});
  EXPECT_THAT(Report(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                         HasSubstr("input ft.json")));
  options_.run.overwrite = true;
  EXPECT_OK(Report(options_));
  EXPECT_THAT(Written("report.md"), HasSubstr("| ft "));
}

// FT: id (95 + 94) / 2 = 94.5 with deviation 0.5, OOD (64 + 60) / 2 = 62 with
// 2. Ours: id 93 with 0, OOD (76.5 + 73.5) / 2 = 75 with 1.5. Zero-shot's OOD
// is (83 + 79) / 2 = 81: to FT's seeds 81 - 64 and 81 - 60.
TEST_F(ReportTest, ShowsSeedsOodAverageAndPairedDifferences) {
  AddStudy();
  const std::string markdown =
      "| top-1 %   |       id |        r |        a |  OOD avg | seeds |\n"
      "|-----------|---------:|---------:|---------:|---------:|------:|\n"
      "| zero-shot |     69.0 |     83.0 |     79.0 |     81.0 |     1 |\n"
      "| ft        | 94.5±0.5 | 63.5±2.5 | 60.5±1.5 | 62.0±2.0 |     2 |\n"
      "| ours      | 93.0±0.0 | 76.5±1.5 | 73.5±1.5 | 75.0±1.5 |     2 |\n"
      "\n"
      "mean±population standard deviation over seeds\n"
      "\n"
      "Differences to ft in points, paired by seed\n"
      "\n"
      "| points    |     id |      r |      a | OOD avg | seeds |    id per "
      "seed | OOD avg per seed |\n"
      "|-----------|-------:|-------:|-------:|--------:|------:|-----------"
      "----:|-----------------:|\n"
      "| zero-shot | -25.50 | +19.50 | +18.50 |  +19.00 |  0, 1 | -26.00, "
      "-25.00 |   +17.00, +21.00 |\n"
      "| ours      |  -1.50 | +13.00 | +13.00 |  +13.00 |  0, 1 |   -2.00, "
      "-1.00 |   +12.50, +13.50 |\n";
  EXPECT_THAT(Report(options_), IsOkAndHolds(markdown));
  EXPECT_EQ(Written("report.md"), markdown);
  EXPECT_EQ(Written("report.csv"),
            "top-1 %,id,id std,r,r std,a,a std,OOD avg,OOD avg std,seeds\n"
            "zero-shot,69,,83,,79,,81,,1\n"
            "ft,94.5,0.5,63.5,2.5,60.5,1.5,62,2,2\n"
            "ours,93,0,76.5,1.5,73.5,1.5,75,1.5,2\n");
  EXPECT_EQ(Written("report-differences.csv"),
            "baseline,method,seed,id,r,a,OOD avg\n"
            "ft,zero-shot,0,-26,17,17,17\n"
            "ft,zero-shot,1,-25,22,20,21\n"
            "ft,ours,0,-2,12,13,12.5\n"
            "ft,ours,1,-1,14,13,13.5\n");
}

TEST_F(ReportTest, EveryBaselineHasATable) {
  AddStudy();
  options_.baselines = {"zero-shot", "ft"};
  EXPECT_THAT(Report(options_),
              IsOkAndHolds(AllOf(HasSubstr("Differences to zero-shot"),
                                 HasSubstr("Differences to ft"))));
  options_.baselines = {"zero-shot", "wise"};
  EXPECT_THAT(Report(options_), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("\"wise\"")));
}

// A single run each: nothing to list by seed.
TEST_F(ReportTest, DifferencesOfSingleRunsAreShort) {
  Add("ft", {{"id", 90}, {"r", 60}});
  Add("ours", {{"id", 89}, {"r", 75}});
  options_.id_sets = {"id"};
  options_.baselines = {"ft"};
  EXPECT_THAT(Report(options_),
              IsOkAndHolds(HasSubstr("Differences to ft in points\n\n"
                                     "| points |    id |      r | OOD avg |\n"
                                     "|--------|------:|-------:|--------:|\n"
                                     "| ours   | -1.00 | +15.00 |  +15.00 |"
                                     "\n")));
}

TEST_F(ReportTest, JsonHoldsEverythingUnrounded) {
  AddStudy();
  Add("fd-seed0", {{"r", 70.123456789012345}, {"id", 1}});
  options_.formats = {ReportFormat::kJson};
  ASSERT_OK(Report(options_));
  const nlohmann::json json = nlohmann::json::parse(Written("report.json"));
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["sets"][0]["name"], "id");
  EXPECT_EQ(json["sets"][0]["in_distribution"], true);
  EXPECT_EQ(json["sets"][1]["fingerprint"], "r");
  const nlohmann::json& ft = json["methods"][1];
  EXPECT_EQ(ft["name"], "ft");
  EXPECT_EQ(ft["runs"][1]["seed"], 1);
  EXPECT_EQ(ft["runs"][1]["report"], options_.reports[2].path);
  EXPECT_EQ(ft["runs"][1]["sets"]["a"], 59);
  EXPECT_EQ(ft["mean"]["averages"]["OOD avg"], 62);
  EXPECT_EQ(ft["std"]["sets"]["r"], 2.5);
  EXPECT_EQ(json["methods"][0]["runs"][0]["seed"], nullptr);
  EXPECT_EQ(json["methods"][0]["std"], nullptr);
  // The file of the test itself holds six digits; what is read is kept.
  EXPECT_EQ(json["methods"][3]["mean"]["sets"]["r"], 70.1235);
  EXPECT_EQ(json["methods"][3]["mean"]["sets"]["a"], nullptr);
  const nlohmann::json& differences = json["differences"][0];
  EXPECT_EQ(differences["baseline"], "ft");
  EXPECT_EQ(differences["methods"][1]["name"], "ours");
  EXPECT_EQ(differences["methods"][1]["pairs"][1]["seed"], 1);
  EXPECT_EQ(differences["methods"][1]["pairs"][1]["averages"]["OOD avg"], 13.5);
  EXPECT_EQ(differences["methods"][1]["mean"]["sets"]["id"], -1.5);
}

TEST_F(ReportTest, LatexIsEscaped) {
  Add("a_b<&>-seed0", {{"id", 60}});
  Add("a_b<&>-seed1", {{"id", 61}});
  options_.formats = {ReportFormat::kLatex};
  ASSERT_OK(Report(options_));
  EXPECT_EQ(Written("report.tex"),
            "\\begin{tabular}{lrrr}\n\\toprule\n"
            "top-1 \\% & id & mean & seeds \\\\\n\\midrule\n"
            "a\\_b<\\&> & 60.5$\\pm$0.5 & 60.5$\\pm$0.5 & 2 \\\\\n"
            "\\bottomrule\n\\end{tabular}\n"
            "% mean±population standard deviation over seeds\n");
}

TEST_F(ReportTest, NumbersOfImagesAreTheFirstRow) {
  v1::EvalReport report;
  v1::SetReport* set = AddSet("id", 60, &report);
  set->set_images(120);
  set->set_counted(100);
  options_.reports = {{WriteEvalReport(dir_, "ft", report)}};
  EXPECT_THAT(Report(options_), IsOkAndHolds("| top-1 % |   id | mean |\n"
                                             "|---------|-----:|-----:|\n"
                                             "| images  |  100 |      |\n"
                                             "| ft      | 60.0 | 60.0 |\n"));
}

TEST_F(ReportTest, IdSetsAreThoseOfTheReports) {
  v1::EvalReport report;
  AddSet("r", 60, &report);
  AddSet("id", 90, &report);
  report.add_id_sets("id");
  options_.run.output.clear();
  options_.reports = {{WriteEvalReport(dir_, "ft", report)}};
  EXPECT_THAT(Report(options_), IsOkAndHolds(HasSubstr("|   id |    r | OOD")));
  report.clear_id_sets();
  options_.reports.push_back({WriteEvalReport(dir_, "fd", report)});
  EXPECT_THAT(Report(options_), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         HasSubstr("--id")));
  options_.id_sets = {"r"};
  EXPECT_THAT(Report(options_), IsOkAndHolds(HasSubstr("|    r |   id | OOD")));
}

// Ours is right about images 10 to 30, ft about 0 to 10 of 40: 20 and 10 that
// only one of them knows, p = 0.0987 (exact, by hand with Python's fractions).
TEST_F(ReportTest, PredictionsGiveIntervalsAndTests) {
  for (const auto& [name, begin, end] :
       {std::tuple("ft", 0, 10), std::tuple("ours", 10, 30)}) {
    std::vector<TestAnswer> answers(40, TestAnswer{.predicted = 1});
    for (int i = begin; i < end; ++i) answers[i].predicted = 0;
    WritePredictions(JoinPath(JoinPath(dir_, "predictions"), name), name, "id",
                     answers);
    v1::EvalReport report;
    report.set_checkpoint_fingerprint(name);
    report.set_precision("fp32");
    AddSet("id", 2.5 * (end - begin), &report);
    options_.reports.push_back({WriteEvalReport(dir_, name, report)});
  }
  options_.predictions = {JoinPath(dir_, "predictions")};
  options_.baselines = {"ft"};
  ASSERT_OK_AND_ASSIGN(const std::string text, Report(options_));
  EXPECT_THAT(text, AllOf(HasSubstr("mean 95 %"), HasSubstr("| +25.00 | ["),
                          HasSubstr("| ours | 0.099 |")));
  EXPECT_THAT(Written("report-significance.csv"), HasSubstr("ft,ours,id,25,"));
  EXPECT_THAT(Written("report-significance.csv"), HasSubstr(",20,10,0.0987"));
}

TEST_F(ReportTest, PublishedValuesStandBesideOurs) {
  Add("ft", {{"id", 60}, {"r", 50}});
  options_.published = JoinPath(dir_, "published");
  ASSERT_OK(WriteFileAtomically(
      options_.published,
      R"({"rows": [{"method": "ft", "source": "s", "top1": {"id": 58.5}}]})"));
  EXPECT_THAT(Report(options_),
              IsOkAndHolds(HasSubstr("| ft      | 58.5 (+1.5) | - |    - |")));
}

// ft is 1.5 more on id, 0.5 less on r.
TEST_F(ReportTest, WhatIsFarFromPublishedValuesIsMarked) {
  Add("ft", {{"id", 60}, {"r", 50}});
  options_.published = JoinPath(dir_, "published");
  ASSERT_OK(WriteFileAtomically(options_.published, R"({"rows": [
        {"method": "ft", "source": "s", "top1": {"id": 58.5, "r": 50.5},
         "tolerance": 0.5},
        {"method": "x", "source": "t", "top1": {"id": 1}}]})"));
  options_.formats = {ReportFormat::kMarkdown, ReportFormat::kJson};
  EXPECT_THAT(
      Report(options_),
      IsOkAndHolds(AllOf(HasSubstr("| 58.5 (+1.5!) | 50.5 (-0.5) |"),
                         HasSubstr("±0.5"), HasSubstr("!: further away"))));
  EXPECT_THAT(Written("report.json"), HasSubstr("\"tolerance\": 0.5"));
  EXPECT_THAT(Written("report.json"), HasSubstr("\"tolerance\": null"));
}

TEST(ReportFormat, UnknownFormatsAreRefused) {
  EXPECT_THAT(ParseReportFormat("md"), IsOkAndHolds(ReportFormat::kMarkdown));
  EXPECT_THAT(ParseReportFormat("pdf"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected md, csv, latex, json or html")));
}

}  // namespace
}  // namespace maskfill
