#include "core/training/objective.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Objective, IsFoundByItsName) {
  for (const Objective& objective : AllObjectives()) {
    EXPECT_THAT(ParseObjective(objective.name), IsOkAndHolds(&objective));
  }
}

TEST(Objective, OfAnotherNameIsAnErrorThatListsThem) {
  EXPECT_THAT(ParseObjective("best"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("no mode \"best\""),
                             HasSubstr("ft (cross entropy)"), HasSubstr("lp ("),
                             HasSubstr("fd ("), HasSubstr("fd_mask ("),
                             HasSubstr("kd ("), HasSubstr("kd_mask ("),
                             HasSubstr("flyp ("))));
}

TEST(Objective, DistilsWhereItHasATeacher) {
  for (const Objective& objective : AllObjectives()) {
    EXPECT_EQ(objective.distillation != nullptr, objective.needs_teacher)
        << objective.name;
    EXPECT_TRUE(objective.needs_teacher || !objective.needs_counterfactuals);
    // Distillation does not reach the head alone.
    EXPECT_TRUE(objective.trains_backbone || !objective.needs_teacher);
    // The contrast is with images whose tower trains, and stands alone.
    EXPECT_TRUE(!objective.trains_text ||
                (objective.trains_backbone && !objective.needs_teacher));
  }
  EXPECT_EQ(ObjectivesThat(&Objective::needs_teacher),
            "fd, fd_mask, kd, kd_mask");
  EXPECT_EQ(ObjectivesThat(&Objective::needs_teacher_head), "kd, kd_mask");
  EXPECT_EQ(ObjectivesThat(&Objective::trains_text), "flyp");
}

}  // namespace
}  // namespace maskfill
