#include "model_tool/merge/merge_models_flags.h"

#include "absl/status/status.h"
#include "core/base/status_matchers.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class MergeModelsFlags : public testing::Test {
 protected:
  MergeModelsFlags() {
    Set("checkpoints", "zeroshot,ft");
    Set("output", "somewhere");
  }
  void Set(const char* name, const char* value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(MergeModelsFlags, DefaultIsWiseFtHalfway) {
  ASSERT_OK_AND_ASSIGN(const ModelMergeOptions options,
                       ModelMergeOptionsFromFlags());
  EXPECT_EQ(options.method, MergeMethod::kWiseFt);
  EXPECT_EQ(options.alpha, 0.5);
  EXPECT_THAT(options.checkpoints, ElementsAre("zeroshot", "ft"));
}

TEST_F(MergeModelsFlags, ASoupTakesAnyNumberAndNoAlpha) {
  Set("method", "uniform_soup");
  Set("checkpoints", "a,b,c");
  ASSERT_OK_AND_ASSIGN(const ModelMergeOptions options,
                       ModelMergeOptionsFromFlags());
  EXPECT_EQ(options.method, MergeMethod::kUniformSoup);
  Set("alpha", "0.3");
  EXPECT_THAT(ModelMergeOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--alpha is not used by "
                                 "--method=uniform_soup")));
}

TEST_F(MergeModelsFlags, UnknownMethodsAreRefusedByName) {
  Set("method", "stew");
  EXPECT_THAT(ModelMergeOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--method=stew is unknown; expected wise_ft "
                                 "or uniform_soup")));
}

TEST_F(MergeModelsFlags, AllBadFlagsComeInOneError) {
  Set("checkpoints", "only");
  Set("output", "");
  Set("alpha", "1.5");
  Set("input", "records");
  EXPECT_THAT(
      ModelMergeOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--checkpoints names 1 directories, expected "
                               "two"),
                     HasSubstr("--output"), HasSubstr("--alpha is 1.5"),
                     HasSubstr("--input is not used"))));
}

}  // namespace
}  // namespace maskfill
