#include "model_tool/merge_models_flags.h"

#include "absl/status/status.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

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
  void Set(const char* name, const char* value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(MergeModelsFlags, DefaultIsWiseFtHalfway) {
  ASSERT_OK_AND_ASSIGN(const MergeModelsOptions options,
                       MergeModelsOptionsFromFlags());
  EXPECT_EQ(options.method, MergeMethod::kWiseFt);
  EXPECT_EQ(options.alpha, 0.5);
  EXPECT_THAT(options.checkpoints, ElementsAre("zeroshot", "ft"));
}

TEST_F(MergeModelsFlags, ASoupTakesAnyNumberAndNoAlpha) {
  Set("method", "uniform_soup");
  Set("checkpoints", "a,b,c");
  ASSERT_OK_AND_ASSIGN(const MergeModelsOptions options,
                       MergeModelsOptionsFromFlags());
  EXPECT_EQ(options.method, MergeMethod::kUniformSoup);
  Set("alpha", "0.3");
  EXPECT_THAT(MergeModelsOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--alpha is not used by "
                                 "--method=uniform_soup")));
}

TEST_F(MergeModelsFlags, UnknownMethodsAreRefusedByName) {
  Set("method", "stew");
  EXPECT_THAT(MergeModelsOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--method=stew is unknown; expected wise_ft "
                                 "or uniform_soup")));
}

TEST_F(MergeModelsFlags, HasNoFlagThatItDoesNotUse) {
  for (const char* name : {"input", "seed", "task_index", "max_bad_records"}) {
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
               AllOf(HasSubstr("--checkpoints names 1 directories, expected "
                               "two"),
                     HasSubstr("--output"), HasSubstr("--alpha is 1.5"))));
}

}  // namespace
}  // namespace maskfill
