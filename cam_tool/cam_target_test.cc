#include "cam_tool/cam_target.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

TEST(CamTarget, IsLabelPredictedOrAClass) {
  for (const char* text : {"label", "predicted", "0", "17"}) {
    ASSERT_OK_AND_ASSIGN(const CamTarget target, ParseCamTarget(text));
    EXPECT_EQ(ToString(target), text);
  }
  EXPECT_EQ(ParseCamTarget("17")->class_index, 17);
}

TEST(CamTarget, IsNothingElse) {
  for (const char* text : {"both", "", "-1", "1.5"}) {
    EXPECT_THAT(ParseCamTarget(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected label, predicted or the number")))
        << text;
  }
}

}  // namespace
}  // namespace maskfill
