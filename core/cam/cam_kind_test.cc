#include "core/cam/cam_kind.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(CamKind, IsFoundByItsName) {
  for (const CamKind& kind : AllCamKinds()) {
    EXPECT_THAT(ParseCamKind(kind.name), IsOkAndHolds(&kind));
  }
}

TEST(CamKind, OfAnotherNameIsRefusedWithAllThereAre) {
  EXPECT_THAT(ParseCamKind("magic"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--method=magic is unknown"),
                             HasSubstr("attribution ("), HasSubstr("gradcam ("),
                             HasSubstr("rollout ("), HasSubstr("attention ("),
                             HasSubstr("random ("))));
}

TEST(CamKind, ThatExplainsAClassNeedsAModel) {
  for (const CamKind& kind : AllCamKinds()) {
    EXPECT_TRUE(kind.needs_model || !kind.explains_class) << kind.name;
    EXPECT_TRUE(kind.needs_model || !kind.takes_layers) << kind.name;
  }
  EXPECT_EQ(CamKindsThat(&CamKind::explains_class), "attribution and gradcam");
}

}  // namespace
}  // namespace maskfill
