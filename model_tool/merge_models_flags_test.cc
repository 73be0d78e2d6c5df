#include "model_tool/merge_models_flags.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
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

class MergeModelsFlags : public testing::Test {
 protected:
  MergeModelsFlags() {
    Set("checkpoints", "zeroshot, ft");
    Set("output", "somewhere");
  }
  void Set(const char* name, const std::string& value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value.c_str()), "") << name;
  }
  void ExpectBad(const std::string& message) {
    EXPECT_THAT(
        MergeModelsOptionsFromFlags(),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(MergeModelsFlags, DefaultIsWiseFtHalfway) {
  ASSERT_OK_AND_ASSIGN(const MergeModelsOptions options,
                       MergeModelsOptionsFromFlags());
  EXPECT_STREQ(options.method->name, "wise_ft");
  EXPECT_THAT(options.alphas, ElementsAre(0.5));
  EXPECT_THAT(options.checkpoints, ElementsAre("zeroshot", "ft"));
}

TEST_F(MergeModelsFlags, AlphaIsANumberOrAList) {
  Set("alpha", "0, 0.25 ,1");
  EXPECT_THAT(MergeModelsOptionsFromFlags()->alphas, ElementsAre(0, 0.25, 1));
  Set("alpha", "0,half");
  ExpectBad("--alpha: \"half\" is no number, expected 0 to 1");
  Set("alpha", "0,1.5");
  ExpectBad("--alpha is 1.5, expected 0 to 1");
  Set("alpha", "0,nan");
  ExpectBad("--alpha is nan");
  Set("alpha", ",");
  ExpectBad("--alpha is empty");
}

TEST_F(MergeModelsFlags, ASoupTakesAnyNumberAndNoAlpha) {
  Set("method", "uniform_soup");
  Set("checkpoints", "a,b,c");
  ASSERT_OK_AND_ASSIGN(const MergeModelsOptions options,
                       MergeModelsOptionsFromFlags());
  EXPECT_STREQ(options.method->name, "uniform_soup");
  Set("alpha", "0.3");
  ExpectBad("--alpha is not used by --method=uniform_soup");
}

TEST_F(MergeModelsFlags, OnlyAGreedySoupScoresAHeldOutSet) {
  Set("method", "greedy_soup");
  ExpectBad("--input is missing");
  Set("input", "records/val");
  Set("batch_size", "7");
  Set("device", "cpu");
  ASSERT_OK_AND_ASSIGN(const MergeModelsOptions options,
                       MergeModelsOptionsFromFlags());
  EXPECT_EQ(options.run.input, "records/val");
  EXPECT_EQ(options.compute.batch_size, 7);
  Set("method", "wise_ft");
  ExpectBad("--input is not used by --method=wise_ft");
  ExpectBad("--batch_size is not used by --method=wise_ft");
}

TEST_F(MergeModelsFlags, MovingAveragesHaveTheirOwnParameters) {
  Set("method", "ema");
  Set("decay", "0.99");
  EXPECT_EQ(MergeModelsOptionsFromFlags()->decay, 0.99);
  Set("decay", "1.01");
  ExpectBad("--decay is 1.01, expected 0 to 1");
  Set("decay", "0.9");
  Set("method", "wma");
  ExpectBad("--decay is not used by --method=wma");
  Set("method", "ema");
  Set("beta_shape", "2");
  ExpectBad("--beta_shape is not used by --method=ema");
}

TEST_F(MergeModelsFlags, BetaShapeIsAboveZero) {
  Set("method", "wma");
  Set("beta_shape", "2");
  EXPECT_EQ(MergeModelsOptionsFromFlags()->beta_shape, 2);
  Set("beta_shape", "0");
  ExpectBad("--beta_shape is 0, expected more than 0, up to 100");
}

TEST_F(MergeModelsFlags, ModelStockTakesAnAnchorAndTwoOrMore) {
  Set("method", "model_stock");
  ExpectBad(
      "--checkpoints names 2 checkpoints, expected three or more, the "
      "pre-trained anchor and then the fine-tuned ones for "
      "--method=model_stock");
}

TEST_F(MergeModelsFlags, GlobsComeInNaturalOrderAndEachCounts) {
  const std::string dir = TestDirectory();
  for (const char* name : {"step-9", "step-100", "step-20"}) {
    ASSERT_OK(MakeDirectories(JoinPath(dir, name)));
  }
  Set("checkpoints", absl::StrCat("zeroshot,", dir, "/step-*"));
  ExpectBad("--checkpoints names 4 checkpoints, expected two, the zero-shot");
  Set("method", "ema");
  EXPECT_THAT(MergeModelsOptionsFromFlags()->checkpoints,
              ElementsAre("zeroshot", JoinPath(dir, "step-9"),
                          JoinPath(dir, "step-20"), JoinPath(dir, "step-100")));
  Set("checkpoints", absl::StrCat("zeroshot,", dir, "/epoch-*"));
  EXPECT_THAT(MergeModelsOptionsFromFlags(),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("--checkpoints"),
                             HasSubstr("epoch-*\" matches nothing"))));
}

TEST_F(MergeModelsFlags, UnknownMethodsAreRefusedByName) {
  Set("method", "stew");
  ExpectBad("--method=stew is unknown; there are wise_ft (");
}

TEST_F(MergeModelsFlags, HasNoFlagThatItDoesNotUse) {
  for (const char* name : {"seed", "task_index", "max_bad_records"}) {
    gflags::CommandLineFlagInfo info;
    EXPECT_FALSE(gflags::GetCommandLineFlagInfo(name, &info)) << name;
  }
}

TEST_F(MergeModelsFlags, AllBadFlagsComeInOneError) {
  Set("checkpoints", "only");
  Set("output", "");
  Set("alpha", "1.5");
  EXPECT_THAT(
      MergeModelsOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--checkpoints names 1 checkpoints, expected "
                               "two"),
                     HasSubstr("--output"), HasSubstr("--alpha is 1.5"))));
}

}  // namespace
}  // namespace maskfill
