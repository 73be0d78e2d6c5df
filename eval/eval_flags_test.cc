#include "eval/eval_flags.h"

#include <string>

#include "absl/status/status.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class EvalFlags : public testing::Test {
 protected:
  void Set(const char* name, const std::string& value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value.c_str()), "") << name;
  }
  void SetRequired() {
    Set("checkpoint", "models/zeroshot");
    Set("inputs", "records/id,records/r");
    Set("output", "eval/zero-shot.json");
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(EvalFlags, InputsAreCommaSeparated) {
  SetRequired();
  ASSERT_OK_AND_ASSIGN(const EvalOptions options, EvalOptionsFromFlags());
  EXPECT_THAT(options.inputs, ElementsAre("records/id", "records/r"));
  Set("inputs", " records/id, records/r ,");
  EXPECT_THAT(EvalOptionsFromFlags()->inputs,
              ElementsAre("records/id", "records/r"));
  EXPECT_EQ(options.run.output, "eval/zero-shot.json");
  EXPECT_EQ(options.predictions, "");
}

TEST_F(EvalFlags, WhatIsMissingIsNamedAndOutputIsAFile) {
  EXPECT_THAT(
      EvalOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--checkpoint is missing"),
                     HasSubstr("--inputs is missing"),
                     HasSubstr("--output is missing, expected the report's "
                               "file, such as eval/ours.json"))));
}

TEST_F(EvalFlags, AllBadFlagsComeInOneError) {
  SetRequired();
  Set("output", TestDirectory());
  Set("num_threads", "100000");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--output is a directory"),
                             HasSubstr("--num_threads is 100000"))));
}

TEST_F(EvalFlags, SeveralCheckpointsAreNamed) {
  Set("inputs", "records/id");
  Set("checkpoints",
      "zero-shot=models/zeroshot,runs/ours-seed0/best/,models/wise=0.5");
  Set("output", "eval");
  ASSERT_OK_AND_ASSIGN(const EvalOptions options, EvalOptionsFromFlags());
  ASSERT_EQ(options.checkpoints.size(), 3);
  EXPECT_EQ(options.checkpoints[0].name, "zero-shot");
  EXPECT_EQ(options.checkpoints[0].dir, "models/zeroshot");
  EXPECT_EQ(options.checkpoints[1].name, "ours-seed0");
  EXPECT_EQ(options.checkpoints[1].dir, "runs/ours-seed0/best/");
  EXPECT_EQ(options.checkpoints[2].name, "wise=0.5");
  Set("checkpoints", "runs/a/best,runs/a/last");
  EXPECT_THAT(
      EvalOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("two are named \"a\""), HasSubstr("NAME=DIR"))));
  Set("checkpoints", "runs/a/best");
  Set("checkpoint", "runs/b/best");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--checkpoint is not used")));
}

TEST_F(EvalFlags, ACurveHasTwoEnds) {
  SetRequired();
  Set("alphas", "0,0.5,1");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--base_checkpoint go together")));
  Set("base_checkpoint", "models/zeroshot");
  EXPECT_THAT(EvalOptionsFromFlags()->alphas, ElementsAre(0, 0.5, 1));
  Set("alphas", "0,2,nan,0,half");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("2, expected 0 to 1"),
                             HasSubstr("nan, expected 0 to 1"),
                             HasSubstr("0 is there twice"),
                             HasSubstr("\"half\" is no number"))));
}

TEST_F(EvalFlags, PredictionsAreWrittenOrRead) {
  SetRequired();
  Set("prediction_contents", "logits");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--prediction_contents is not used by a run "
                                 "without --predictions")));
  Set("predictions", "predictions/zero-shot");
  EXPECT_TRUE(EvalOptionsFromFlags()->contents.logits);
  EXPECT_FALSE(EvalOptionsFromFlags()->contents.features);
  Set("prediction_contents", "features,pixels");
  EXPECT_THAT(
      EvalOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"pixels\"")));
  Set("from_predictions", "predictions/a");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--checkpoint is not used by a run with "
                                       "--from_predictions"),
                             HasSubstr("--inputs is not used"))));
}

TEST_F(EvalFlags, WhatIsLookedAtOfPredictions) {
  Set("output", "eval/subset.json");
  Set("from_predictions", "predictions/a,predictions/b");
  Set("ensemble", "probabilities");
  Set("only_classes", "n01440764,7");
  Set("only_groups", "unusual");
  Set("fit_temperature_on", "holdout");
  ASSERT_OK_AND_ASSIGN(const EvalOptions options, EvalOptionsFromFlags());
  EXPECT_THAT(options.from_predictions,
              ElementsAre("predictions/a", "predictions/b"));
  EXPECT_EQ(options.ensemble, Ensemble::kProbabilities);
  EXPECT_THAT(options.only_classes, ElementsAre("n01440764", "7"));
  EXPECT_THAT(options.only_groups, ElementsAre("unusual"));
  EXPECT_EQ(options.fit_temperature_on, "holdout");
  Set("ensemble", "votes");
  EXPECT_THAT(EvalOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--ensemble: \"votes\"")));
}

}  // namespace
}  // namespace maskfill
