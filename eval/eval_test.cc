#include "eval/eval.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "eval/eval_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(EvalStageTest, FindsEveryImageRightWhenLabelsAreThePredictions) {
  options_.predictions = Path("predictions");
  ASSERT_OK(Eval(options_));
  const std::vector<v1::PredictionRecord> predictions =
      Predictions(Path("predictions/a"));
  ASSERT_EQ(predictions.size(), static_cast<size_t>(kImages));
  // Labels that are the first, and those that are the fifth guess.
  std::vector<int64_t> first, fifth;
  for (const v1::PredictionRecord& prediction : predictions) {
    ASSERT_EQ(prediction.top_classes_size(), 5);
    first.push_back(prediction.top_classes(0));
    fifth.push_back(prediction.top_classes(4));
  }
  WriteSet("first", Dataset("first"), first);
  WriteSet("fifth", Dataset("fifth"), fifth);
  options_.inputs = {Path("first"), Path("fifth")};
  options_.run.output = Path("other.json");
  options_.predictions.clear();
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  EXPECT_EQ(stats.reports[0].sets(0).top1(), 100);
  EXPECT_EQ(stats.reports[0].sets(0).top5(), 100);
  EXPECT_EQ(stats.reports[0].sets(1).top1(), 0);
  EXPECT_EQ(stats.reports[0].sets(1).top5(), 100);
  EXPECT_EQ(stats.reports[0].mean_top1(), 50);
  EXPECT_EQ(stats.reports[0].sets(0).images(), kImages);
  EXPECT_THAT(stats.text, AllOf(HasSubstr("first"), HasSubstr("100.00"),
                                HasSubstr("mean")));
}

TEST_F(EvalStageTest, GivesTheSameNumbersWithAndWithoutPredictions) {
  ASSERT_OK_AND_ASSIGN(const EvalStats plain, Eval(options_));
  options_.run.output = Path("other.json");
  options_.predictions = Path("predictions");
  ASSERT_OK_AND_ASSIGN(const EvalStats stored, Eval(options_));
  EXPECT_EQ(plain.reports[0].sets(0).loss(), stored.reports[0].sets(0).loss());
  EXPECT_EQ(plain.reports[0].sets(0).top5(), stored.reports[0].sets(0).top5());
}

TEST_F(EvalStageTest, KeepsToTheAllowedClasses) {
  v1::DatasetInfo dataset = Dataset("some");
  dataset.add_allowed_classes(2);
  dataset.add_allowed_classes(5);
  std::vector<int64_t> labels(kImages, 2);
  labels[3] = 0;
  WriteSet("some", dataset, labels);
  options_.inputs = {Path("some")};
  options_.predictions = Path("predictions");
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  EXPECT_EQ(stats.reports[0].sets(0).images(), kImages);
  EXPECT_EQ(stats.reports[0].sets(0).counted(), kImages - 1);
  EXPECT_EQ(stats.reports[0].sets(0).top5(), 100);
  for (const v1::PredictionRecord& prediction :
       Predictions(Path("predictions/some"))) {
    EXPECT_EQ(prediction.top_classes_size(), 2);
    EXPECT_EQ(prediction.top_classes(0) + prediction.top_classes(1), 7);
  }
}

TEST_F(EvalStageTest, EvaluatesSevenSetsAtOnceAsOneByOne) {
  std::vector<std::string> inputs;
  for (int64_t set = 0; set < 7; ++set) {
    const std::string name = absl::StrCat("set", set);
    v1::DatasetInfo dataset = Dataset(name);
    if (set % 2 == 1) {
      dataset.add_allowed_classes(0);
      dataset.add_allowed_classes(set % kClasses);
    }
    std::vector<int64_t> labels;
    for (int64_t i = 0; i < kImages + set; ++i) {
      labels.push_back((i * i + set) % kClasses);
    }
    WriteSet(name, dataset, labels);
    inputs.push_back(Path(name));
  }
  options_.inputs = inputs;
  options_.run.output = Path("seven.json");
  ASSERT_OK_AND_ASSIGN(const EvalStats together, Eval(options_));
  ASSERT_EQ(together.reports[0].sets_size(), 7);
  double sum = 0;
  for (int set = 0; set < 7; ++set) {
    options_.inputs = {inputs[set]};
    options_.run.output = Path(absl::StrCat("only", set, ".json"));
    ASSERT_OK_AND_ASSIGN(const EvalStats alone, Eval(options_));
    const v1::SetReport& expected = alone.reports[0].sets(0);
    const v1::SetReport& found = together.reports[0].sets(set);
    EXPECT_EQ(found.name(), expected.name());
    EXPECT_EQ(found.images(), kImages + set);
    EXPECT_EQ(found.counted(), expected.counted());
    EXPECT_EQ(found.top1(), expected.top1());
    EXPECT_EQ(found.top5(), expected.top5());
    EXPECT_EQ(found.loss(), expected.loss());
    sum += found.top1();
  }
  EXPECT_NEAR(together.reports[0].mean_top1(), sum / 7, 1e-9);
}

TEST_F(EvalStageTest, ReadsTheReportTheSecondTime) {
  ASSERT_OK_AND_ASSIGN(const EvalStats first, Eval(options_));
  EXPECT_FALSE(first.already_done);
  ASSERT_OK_AND_ASSIGN(const EvalStats second, Eval(options_));
  EXPECT_TRUE(second.already_done);
  EXPECT_EQ(second.text, first.text);
  // Predictions that were not asked for before are made.
  options_.predictions = Path("predictions");
  ASSERT_OK_AND_ASSIGN(const EvalStats third, Eval(options_));
  EXPECT_FALSE(third.already_done);
  ASSERT_OK_AND_ASSIGN(const EvalStats fourth, Eval(options_));
  EXPECT_TRUE(fourth.already_done);
}

TEST_F(EvalStageTest, ReplacesAnotherReportOnlyWhenTold) {
  ASSERT_OK(Eval(options_));
  SaveModel("other", 2);
  options_.checkpoint = Path("other");
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                       AllOf(HasSubstr("checkpoint"),
                                             HasSubstr("--overwrite"))));
  options_.run.overwrite = true;
  EXPECT_OK(Eval(options_));
  // What eval did not make stays, whatever is told.
  ASSERT_OK(WriteFileAtomically(Path("text"), "no report"));
  options_.run.output = Path("text");
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadFile(Path("text")), IsOkAndHolds("no report"));
}

TEST_F(EvalStageTest, TakesNoPredictionsOfAnotherModelForItsOwn) {
  options_.predictions = Path("predictions");
  ASSERT_OK(Eval(options_));
  ASSERT_OK_AND_ASSIGN(const std::string first,
                       ReadFile(Path("predictions/a/a.manifest.json")));
  SaveModel("other", 2);
  options_.checkpoint = Path("other");
  options_.run.output = Path("other.json");
  options_.predictions.clear();
  ASSERT_OK(Eval(options_));
  options_.predictions = Path("predictions");
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                       HasSubstr("checkpoint")));
  EXPECT_THAT(ReadFile(Path("predictions/a/a.manifest.json")),
              IsOkAndHolds(first));
  options_.predictions = Path("others predictions");
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  EXPECT_FALSE(stats.already_done);
}

TEST_F(EvalStageTest, RefusesASummaryInPlaceOfTheReport) {
  options_.run.summary_json = options_.run.output;
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("--summary_json")));
}

TEST_F(EvalStageTest, RefusesACheckpointWithoutHead) {
  Checkpoint checkpoint;
  checkpoint.config = TinyConfig();
  checkpoint.config.num_classes = 0;
  checkpoint.tensors = RandomWeights(checkpoint.config, 1);
  ASSERT_OK(WriteCheckpoint(Path("headless"), checkpoint));
  options_.checkpoint = Path("headless");
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("build_zeroshot")));
}

TEST_F(EvalStageTest, RefusesSetsThatDoNotFitTheModel) {
  v1::DatasetInfo classes = Dataset("classes");
  classes.add_class_keys("one more");
  WriteSet("classes", classes, {0, 1});
  v1::DatasetInfo size = Dataset("size");
  size.set_image_size(64);
  WriteSet("size", size, {0, 1});
  v1::DatasetInfo labels = Dataset("labels");
  labels.clear_class_keys();
  WriteSet("labels", labels, {0, 1003});
  v1::DatasetInfo allowed = Dataset("allowed");
  allowed.add_allowed_classes(9);
  WriteSet("allowed", allowed, {0, 1});
  const struct {
    const char* set;
    const char* found;
    const char* expected;
  } kCases[] = {{"classes", "8 classes", "7 rows"},
                {"size", "64 px", "16 px"},
                {"labels", "1003", "7 rows"},
                {"allowed", "class 9", "7 rows"}};
  for (const auto& [set, found, expected] : kCases) {
    options_.inputs = {Path("a"), Path(set)};
    EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         AllOf(HasSubstr(set), HasSubstr(found),
                                               HasSubstr(expected))));
    EXPECT_FALSE(PathExists(options_.run.output));
  }
}

TEST_F(EvalStageTest, RefusesTwoSetsOfOneName) {
  WriteSet("b", Dataset("a"), {0, 1});
  options_.inputs = {Path("a"), Path("b")};
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("\"a-val\"")));
  // Two splits of one data set are told apart.
  v1::DatasetInfo train = Dataset("a");
  train.set_split("train");
  WriteSet("c", train, {0, 1});
  options_.inputs = {Path("a"), Path("c")};
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  EXPECT_EQ(stats.reports[0].sets(1).name(), "a-train");
}

TEST_F(EvalStageTest, SaysWhatIsMissing) {
  options_.inputs = {Path("a"), Path("nowhere")};
  EXPECT_THAT(Eval(options_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere")));
  options_.inputs = {Path("a")};
  options_.checkpoint = Path("nothing");
  EXPECT_THAT(Eval(options_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nothing")));
}

TEST_F(EvalStageTest, WritesNothingInADryRunAndASummaryElse) {
  options_.run.dry_run = true;
  options_.run.summary_json = Path("summary.json");
  ASSERT_OK_AND_ASSIGN(const EvalStats plan, Eval(options_));
  EXPECT_EQ(plan.text, "");
  EXPECT_FALSE(PathExists(options_.run.output));
  EXPECT_FALSE(PathExists(options_.run.summary_json));
  options_.run.dry_run = false;
  ASSERT_OK(Eval(options_));
  EXPECT_THAT(ReadFile(options_.run.summary_json),
              IsOkAndHolds(HasSubstr("\"top1 a\"")));
}

}  // namespace
}  // namespace maskfill
