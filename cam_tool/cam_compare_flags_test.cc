#include "cam_tool/cam_compare_flags.h"

#include <string>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class CamCompareFlags : public testing::Test {
 protected:
  void SetUp() override {
    Set("cams", "cams/zeroshot,cams/ft");
    Set("masks", "data/masks");
  }
  static void Set(const char* flag, const std::string& value) {
    ASSERT_FALSE(gflags::SetCommandLineOption(flag, value.c_str()).empty());
  }

 private:
  gflags::FlagSaver saver_;
};

TEST_F(CamCompareFlags, HaveDefaultsForAllButTheInputs) {
  ASSERT_OK_AND_ASSIGN(const CamCompareOptions options,
                       CamCompareOptionsFromFlags());
  EXPECT_THAT(options.cams, ElementsAre("cams/zeroshot", "cams/ft"));
  EXPECT_EQ(options.masks.dir, "data/masks");
  EXPECT_THAT(options.thresholds,
              ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9));
  EXPECT_EQ(options.masks.object_coverage, 0.25);
  EXPECT_EQ(options.masks.border_px, 0);
}

TEST_F(CamCompareFlags, TakeThresholds) {
  Set("thresholds", "0,0.25");
  ASSERT_OK_AND_ASSIGN(const CamCompareOptions options,
                       CamCompareOptionsFromFlags());
  EXPECT_THAT(options.thresholds, ElementsAre(0, 0.25));
}

TEST_F(CamCompareFlags, ListEverythingThatIsWrong) {
  Set("cams", "");
  Set("thresholds", "0.1,x,1");
  Set("object_coverage", "-1");
  Set("border_px", "-2");
  Set("progress", "loud");
  EXPECT_THAT(
      CamCompareOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--cams"), HasSubstr("\"x\""),
                     HasSubstr("\"1\""), HasSubstr("--object_coverage is -1"),
                     HasSubstr("--border_px is -2"), HasSubstr("loud"))));
}

TEST_F(CamCompareFlags, NeedSomethingToCompareWith) {
  Set("masks", "");
  EXPECT_OK(CamCompareOptionsFromFlags());
  Set("cams", "cams/zeroshot");
  EXPECT_THAT(CamCompareOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--cams is \"cams/zeroshot\" alone"),
                             HasSubstr("or --masks"))));
}

TEST_F(CamCompareFlags, RefuseOptionsOfMasksWithoutMasks) {
  Set("masks", "");
  Set("border_px", "2");
  EXPECT_THAT(CamCompareOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--border_px is not used by a comparison "
                                 "without --masks")));
}

}  // namespace
}  // namespace maskfill
