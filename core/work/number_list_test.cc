#include "core/work/number_list.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseNumberList, KeepsTheOrder) {
  FlagErrors errors;
  const std::vector<double> numbers =
      ParseNumberList("alphas", "1, 0.5,-0", "0 to 1", &errors);
  EXPECT_THAT(numbers, ElementsAre(1, 0.5, 0));
  EXPECT_FALSE(std::signbit(numbers[2]));
  EXPECT_OK(errors.ToStatus());
}

TEST(NumberListText, IsWhatParsesToTheSame) {
  FlagErrors errors;
  EXPECT_EQ(NumberListText(std::vector<double>{0.1, 1, 2.5}), "0.1,1,2.5");
  EXPECT_THAT(ParseNumberList("alphas", "0.1,1,2.5", "", &errors),
              ElementsAre(0.1, 1, 2.5));
}

TEST(ParseNumberList, NamesEverythingThatIsNoNumber) {
  FlagErrors errors;
  ParseNumberList("alphas", "half,0.5,0,5x", "0 to 1", &errors);
  EXPECT_THAT(errors.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--alphas: \"half\""),
                             HasSubstr("\"5x\" is no number"),
                             HasSubstr("expected 0 to 1"))));
}

}  // namespace
}  // namespace maskfill
