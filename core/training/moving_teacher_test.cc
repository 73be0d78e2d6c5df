#include "core/training/moving_teacher.h"

#include <cmath>
#include <vector>

#include "ATen/ops/full.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

NamedTensors Model(double value) {
  return {{"visual.proj", at::full({2}, value, at::kFloat)}};
}

double ValueOf(const MovingTeacher& teacher) {
  return teacher.parameters().at("visual.proj")[1].item<double>();
}

TEST(TeacherUpdate, IsFoundByItsName) {
  for (const TeacherUpdate& update : TeacherUpdates()) {
    EXPECT_THAT(ParseTeacherUpdate(update.name), IsOkAndHolds(&update));
  }
  EXPECT_THAT(
      ParseTeacherUpdate("sma"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("no update \"sma\""), HasSubstr("static ("),
                     HasSubstr("ema ("), HasSubstr("wma ("))));
  EXPECT_FALSE((*ParseTeacherUpdate("static"))->moves());
}

TEST(MovingTeacher, IsTheExponentialAverageOfTheStudent) {
  MovingTeacher teacher(Model(1), **ParseTeacherUpdate("ema"), 0.75, 3);
  teacher.Follow(Model(5), 1);  // 0.75 * 1 + 0.25 * 5
  EXPECT_NEAR(ValueOf(teacher), 2, 1e-6);
  teacher.Follow(Model(-2), 2);  // 0.75 * 2 - 0.25 * 2
  EXPECT_NEAR(ValueOf(teacher), 1, 1e-6);
}

// The mean as a whole, after each step: of all states so far, by the density of
// Beta(1/2, 1/2), 1 / (pi sqrt(x (1 - x))).
TEST(MovingTeacher, IsTheBetaMeanOfAllStates) {
  const std::vector<double> states = {1, 4, -3, 2, 8, 5};
  const double steps = static_cast<double>(states.size()) - 1;
  MovingTeacher teacher(Model(states[0]), **ParseTeacherUpdate("wma"), 0,
                        static_cast<int64_t>(steps));
  double sum = 0, shares = 0;
  for (size_t t = 0; t < states.size(); ++t) {
    const double x = (static_cast<double>(t) + 0.5) / (steps + 1);
    const double density = 1 / (M_PI * std::sqrt(x * (1 - x)));
    sum += density * states[t];
    shares += density;
    if (t > 0) teacher.Follow(Model(states[t]), static_cast<int64_t>(t));
    EXPECT_NEAR(ValueOf(teacher), sum / shares, 1e-6) << t;
  }
}

TEST(MovingTeacher, GoesOnFromItsState) {
  MovingTeacher teacher(Model(1), **ParseTeacherUpdate("wma"), 0, 4);
  teacher.Follow(Model(3), 1);
  MovingTeacher resumed(Model(9), **ParseTeacherUpdate("wma"), 0, 4);
  ASSERT_OK(resumed.Restore(CloneTensors(teacher.parameters())));
  teacher.Follow(Model(-7), 2);
  resumed.Follow(Model(-7), 2);
  EXPECT_EQ(ValueOf(resumed), ValueOf(teacher));
}

TEST(MovingTeacher, RefusesTheStateOfAnother) {
  MovingTeacher teacher(Model(1), **ParseTeacherUpdate("ema"), 0.5, 4);
  EXPECT_THAT(teacher.Restore({}), StatusIs(absl::StatusCode::kDataLoss,
                                            HasSubstr("proj is missing")));
  EXPECT_THAT(
      teacher.Restore({{"visual.proj", at::zeros({3})}}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("is [3], expected [2]")));
  EXPECT_EQ(ValueOf(teacher), 1);
}

}  // namespace
}  // namespace maskfill
