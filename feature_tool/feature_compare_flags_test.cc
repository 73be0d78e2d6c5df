#include "feature_tool/feature_compare_flags.h"

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

class FeatureCompareFlags : public testing::Test {
 protected:
  void Set(const char* name, const char* value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(FeatureCompareFlags, TakeAListAndTheFloor) {
  Set("features", "features/a, features/b");
  Set("clean", "features/images");
  Set("counterfactuals", "cf/a,cf/b");
  Set("output", "disagreement.json");
  ASSERT_OK_AND_ASSIGN(const FeatureCompareOptions options,
                       FeatureCompareOptionsFromFlags());
  EXPECT_THAT(options.features, ElementsAre("features/a", "features/b"));
  EXPECT_THAT(options.counterfactuals, ElementsAre("cf/a", "cf/b"));
  EXPECT_EQ(options.clean, "features/images");
  EXPECT_EQ(options.run.output, "disagreement.json");
}

TEST_F(FeatureCompareFlags, AllMissingOnesComeInOneError) {
  EXPECT_THAT(FeatureCompareOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--features is missing"),
                             HasSubstr("--clean is missing"))));
}

}  // namespace
}  // namespace maskfill
