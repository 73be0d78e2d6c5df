#include "spurious_shapes/cam_quality/cam_quality_flags.h"

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

class CamQualityFlags : public testing::Test {
 protected:
  void SetUp() override {
    Set("cams", "cams/train");
    Set("masks", "data/masks");
  }
  static void Set(const char* flag, const std::string& value) {
    ASSERT_FALSE(gflags::SetCommandLineOption(flag, value.c_str()).empty());
  }

 private:
  gflags::FlagSaver saver_;
};

TEST_F(CamQualityFlags, HaveDefaultsForAllButTheInputs) {
  ASSERT_OK_AND_ASSIGN(const CamQualityOptions options,
                       CamQualityOptionsFromFlags());
  EXPECT_EQ(options.cams, "cams/train");
  EXPECT_EQ(options.masks.dir, "data/masks");
  EXPECT_THAT(options.thresholds, ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
  EXPECT_EQ(options.masks.object_coverage, 0.25);
  EXPECT_EQ(options.masks.border_px, 0);
}

TEST_F(CamQualityFlags, TakeThresholds) {
  Set("thresholds", "0,0.25");
  ASSERT_OK_AND_ASSIGN(const CamQualityOptions options,
                       CamQualityOptionsFromFlags());
  EXPECT_THAT(options.thresholds, ElementsAre(0, 0.25));
}

TEST_F(CamQualityFlags, ListEverythingThatIsWrong) {
  Set("cams", "");
  Set("masks", "");
  Set("thresholds", "0.1,x,1");
  Set("object_coverage", "-1");
  Set("border_px", "-2");
  Set("progress", "loud");
  EXPECT_THAT(
      CamQualityOptionsFromFlags(),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          AllOf(HasSubstr("--cams"), HasSubstr("--masks"), HasSubstr("\"x\""),
                HasSubstr("\"1\""), HasSubstr("--object_coverage is -1"),
                HasSubstr("--border_px is -2"), HasSubstr("loud"))));
}

}  // namespace
}  // namespace maskfill
