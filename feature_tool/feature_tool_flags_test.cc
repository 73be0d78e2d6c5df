#include "feature_tool/feature_tool_flags.h"

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

class FeatureToolFlags : public testing::Test {
 protected:
  FeatureToolFlags() {
    for (const char* name : {"input", "output", "checkpoint"}) {
      Set(name, "somewhere");
    }
  }
  void Set(const char* name, const char* value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(FeatureToolFlags, FeaturesAreExactByDefault) {
  ASSERT_OK_AND_ASSIGN(const FeatureToolOptions options,
                       FeatureToolOptionsFromFlags());
  EXPECT_EQ(options.dtype, FeatureDtype::kFloat32);
  EXPECT_THAT(options.checkpoints, ElementsAre("somewhere"));
}

TEST_F(FeatureToolFlags, SeveralCheckpointsAreAList) {
  Set("checkpoint", "models/a, models/b");
  Set("dtype", "float16");
  ASSERT_OK_AND_ASSIGN(const FeatureToolOptions options,
                       FeatureToolOptionsFromFlags());
  EXPECT_THAT(options.checkpoints, ElementsAre("models/a", "models/b"));
  EXPECT_EQ(options.dtype, FeatureDtype::kFloat16);
}

TEST_F(FeatureToolFlags, AllBadFlagsComeInOneError) {
  Set("checkpoint", "");
  Set("input", "");
  Set("dtype", "bfloat16");
  Set("device", "tpu");
  EXPECT_THAT(FeatureToolOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--checkpoint"), HasSubstr("--input"),
                             HasSubstr("--dtype=bfloat16"), HasSubstr("tpu"))));
}

}  // namespace
}  // namespace maskfill
