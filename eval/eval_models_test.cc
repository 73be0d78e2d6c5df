// Several models in one evaluation.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/weight_space.h"
#include "eval/eval.h"
#include "eval/eval_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Two models more, and two sets: one of all classes, one of some.
class EvalModelsTest : public EvalStageTest {
 protected:
  void SetUp() override {
    EvalStageTest::SetUp();
    SaveModel("second", 2);
    SaveModel("third", 3);
    v1::DatasetInfo some = Dataset("some");
    for (const int64_t c : {1, 2, 5}) some.add_allowed_classes(c);
    WriteSet("all", Dataset("all"), {0, 1, 2, 3, 4, 5, 6, 0, 1, 2});
    WriteSet("some", some, {1, 2, 5, 1, 2, 5, 0});
    options_.inputs = {Path("all"), Path("some")};
    options_.id_sets = {"all"};
  }

  // The report of one model's own evaluation.
  v1::EvalReport Alone(const std::string& name) {
    EvalOptions options = options_;
    options.checkpoint = Path(name);
    options.checkpoints.clear();
    options.base_checkpoint.clear();
    options.alphas.clear();
    options.predictions.clear();
    options.run.output = Path(absl::StrCat("alone-", name, ".json"));
    const auto stats = Eval(options);
    EXPECT_OK(stats);
    return stats->reports[0];
  }

  void AskSeveral() {
    options_.checkpoint.clear();
    options_.checkpoints = {{"one", Path("model")},
                            {"two", Path("second")},
                            {"three", Path("third")}};
    options_.run.output = Path("reports");
  }

  void AskCurve(const std::vector<double>& alphas) {
    options_.base_checkpoint = Path("model");
    options_.checkpoint = Path("second");
    options_.alphas = alphas;
    options_.run.output = Path("curve.json");
  }
};

template <typename A, typename B>
void ExpectSameSets(const A& a, const B& b) {
  ASSERT_EQ(a.sets_size(), b.sets_size());
  for (int i = 0; i < a.sets_size(); ++i) {
    EXPECT_EQ(NumbersOf(a.sets(i)), NumbersOf(b.sets(i)));
  }
  EXPECT_EQ(a.mean_top1(), b.mean_top1());
  EXPECT_EQ(a.ood_mean_top1(), b.ood_mean_top1());
}

TEST_F(EvalModelsTest, GiveTheReportsOfEachAlone) {
  AskSeveral();
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  ASSERT_EQ(stats.reports.size(), 3);
  const v1::EvalReport alone = Alone("second");
  ExpectSameSets(stats.reports[1], alone);
  EXPECT_EQ(stats.reports[1].fingerprint(), alone.fingerprint());
  EXPECT_EQ(stats.reports[1].checkpoint(), Path("second"));
  ExpectSameSets(stats.reports[2], Alone("third"));
  EXPECT_TRUE(PathExists(Path("reports/one.json")));
  EXPECT_TRUE(PathExists(Path("reports/three.json")));
  EXPECT_THAT(stats.text, AllOf(HasSubstr("two"), HasSubstr("OOD mean")));
}

TEST_F(EvalModelsTest, DoNotDependOnHowManyAreInMemory) {
  AskSeveral();
  ASSERT_OK_AND_ASSIGN(const EvalStats together, Eval(options_));
  options_.models_at_once = 2;
  options_.run.output = Path("others");
  ASSERT_OK_AND_ASSIGN(const EvalStats parts, Eval(options_));
  for (size_t m = 0; m < 3; ++m) {
    ExpectSameSets(together.reports[m], parts.reports[m]);
  }
}

TEST_F(EvalModelsTest, KeepTheReportsThatAreThere) {
  AskSeveral();
  EvalOptions one = options_;
  one.checkpoints = {options_.checkpoints[1]};
  ASSERT_OK_AND_ASSIGN(const EvalStats first, Eval(one));
  EXPECT_FALSE(first.already_done);
  ASSERT_OK_AND_ASSIGN(const std::string before,
                       ReadFile(Path("reports/two.json")));
  ASSERT_OK_AND_ASSIGN(const EvalStats rest, Eval(options_));
  EXPECT_FALSE(rest.already_done);
  EXPECT_THAT(ReadFile(Path("reports/two.json")), IsOkAndHolds(before));
  ASSERT_OK_AND_ASSIGN(const EvalStats again, Eval(options_));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(again.text, rest.text);
}

TEST_F(EvalModelsTest, EvaluateNothingWhereOneReportIsRefused) {
  AskSeveral();
  ASSERT_OK(Eval(options_));
  ASSERT_OK(RemoveFile(Path("reports/one.json")));
  SaveModel("fourth", 4);
  options_.checkpoints[2].dir = Path("fourth");
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                       HasSubstr("three.json")));
  EXPECT_FALSE(PathExists(Path("reports/one.json")));
}

TEST_F(EvalModelsTest, HaveOneSummary) {
  AskSeveral();
  options_.run.summary_json = Path("summary.json");
  ASSERT_OK(Eval(options_));
  EXPECT_THAT(ReadFile(Path("summary.json")),
              IsOkAndHolds(AllOf(HasSubstr("\"top1 one all\""),
                                 HasSubstr("\"top1 three some\""))));
}

TEST_F(EvalModelsTest, StoreThePredictionsOfEach) {
  AskSeveral();
  ASSERT_OK_AND_ASSIGN(const EvalStats plain, Eval(options_));
  options_.predictions = Path("predictions");
  options_.contents.logits = true;
  options_.run.output = Path("others");
  ASSERT_OK_AND_ASSIGN(const EvalStats stored, Eval(options_));
  for (size_t m = 0; m < 3; ++m) {
    ExpectSameSets(plain.reports[m], stored.reports[m]);
  }
  // As those of its own evaluation.
  EvalOptions alone = options_;
  alone.checkpoints.clear();
  alone.checkpoint = Path("second");
  alone.run.output = Path("alone.json");
  alone.predictions = Path("alone");
  ASSERT_OK(Eval(alone));
  for (const char* file :
       {"some-00000-of-00002.tfrecord", "some-00001-of-00002.tfrecord"}) {
    ASSERT_OK_AND_ASSIGN(const std::string expected,
                         ReadFile(Path(absl::StrCat("alone/some/", file))));
    EXPECT_THAT(ReadFile(Path(absl::StrCat("predictions/two/some/", file))),
                IsOkAndHolds(expected));
  }
}

TEST_F(EvalModelsTest, StoreWhatTheirReportNeeds) {
  options_.predictions = Path("predictions");
  EXPECT_THAT(Eval(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"all\""), HasSubstr("=logits"))));
  EXPECT_FALSE(PathExists(options_.predictions));
}

// A run that was killed between two models' predictions goes on.
TEST_F(EvalModelsTest, MakeThePredictionsThatAreMissing) {
  AskSeveral();
  options_.predictions = Path("predictions");
  options_.contents.logits = true;
  ASSERT_OK(Eval(options_));
  const auto expected = Predictions(Path("predictions/three/all"));
  ASSERT_OK(RemoveTree(Path("predictions/three/all")));
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  EXPECT_FALSE(stats.already_done);
  const auto found = Predictions(Path("predictions/three/all"));
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].SerializeAsString(), expected[i].SerializeAsString());
  }
}

TEST_F(EvalModelsTest, TakeImagesOfOneSize) {
  AskSeveral();
  Checkpoint checkpoint;
  checkpoint.config = TinyConfig();
  checkpoint.config.image_size = 32;
  checkpoint.tensors = RandomWeights(checkpoint.config, 1);
  ASSERT_OK(WriteCheckpoint(Path("larger"), checkpoint));
  options_.checkpoints.push_back({"larger", Path("larger")});
  EXPECT_THAT(Eval(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("16 px"), HasSubstr("32 px"))));
}

TEST_F(EvalModelsTest, MakeACurveFromOneToTheOther) {
  AskCurve({0, 0.25, 1});
  ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(options_));
  const v1::EvalReport& report = stats.reports[0];
  EXPECT_EQ(report.sets_size(), 0);
  EXPECT_EQ(report.checkpoint(), Path("second"));
  EXPECT_EQ(report.base_checkpoint(), Path("model"));
  ASSERT_EQ(report.curve_size(), 3);
  // What a curve leaves out of the reports of single models.
  const auto shortened = [](v1::EvalReport whole) {
    for (v1::SetReport& set : *whole.mutable_sets()) {
      set.clear_classes();
      set.clear_confusions();
      set.mutable_calibration()->clear_bins();
    }
    return whole;
  };
  ExpectSameSets(report.curve(0), shortened(Alone("model")));
  ExpectSameSets(report.curve(2), shortened(Alone("second")));
  Checkpoint between;
  between.config = TinyConfig();
  between.tensors = Interpolate(RandomWeights(between.config, 1),
                                RandomWeights(between.config, 2), 0.25);
  ASSERT_OK(WriteCheckpoint(Path("between"), between));
  EXPECT_EQ(report.curve(1).alpha(), 0.25);
  ExpectSameSets(report.curve(1), shortened(Alone("between")));
  EXPECT_THAT(stats.text, HasSubstr("0.25"));
}

TEST_F(EvalModelsTest, KeepTheCurveOfOtherAlphas) {
  AskCurve({0, 1});
  ASSERT_OK(Eval(options_));
  ASSERT_OK_AND_ASSIGN(const EvalStats again, Eval(options_));
  EXPECT_TRUE(again.already_done);
  options_.alphas = {0, 0.5, 1};
  EXPECT_THAT(Eval(options_),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("alphas")));
}

TEST_F(EvalModelsTest, MakeNoCurveOfModelsThatDiffer) {
  AskCurve({0, 1});
  Checkpoint checkpoint;
  checkpoint.config = TinyConfig();
  checkpoint.config.vision.layers = 3;
  checkpoint.tensors = RandomWeights(checkpoint.config, 1);
  ASSERT_OK(WriteCheckpoint(Path("deeper"), checkpoint));
  options_.base_checkpoint = Path("deeper");
  EXPECT_THAT(Eval(options_), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(EvalModelsTest, StoreThePredictionsAlongACurve) {
  AskCurve({0, 0.5});
  options_.predictions = Path("predictions");
  options_.contents.logits = true;
  ASSERT_OK(Eval(options_));
  EXPECT_EQ(Predictions(Path("predictions/alpha-0/all")).size(), 10);
  EXPECT_EQ(Predictions(Path("predictions/alpha-0.5/some")).size(), 7);
}

}  // namespace
}  // namespace maskfill
