#include "core/base/names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::ElementsAre;

enum class Colour { kRed, kGreen, kBlue };
constexpr const char* kColours[] = {"red", "green", "blue"};

struct Row {
  const char* name;
  const char* description;
  bool holds = false;
};
constexpr Row kRows[] = {{"x", "first", true}, {"y", "second"}};

TEST(ParseName, FindsTheValue) {
  EXPECT_THAT(ParseName<Colour>(kColours, "green", ""),
              IsOkAndHolds(Colour::kGreen));
}

TEST(ParseName, SaysWhatWasExpected) {
  EXPECT_THAT(ParseName<Colour>(kColours, "pink", "\"$0\", not $1 ($2)"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "\"pink\", not red, green or blue (red, green, blue)"));
}

TEST(OneOf, NeedsNoOrForOne) { EXPECT_EQ(OneOf({"red"}), "red"); }

TEST(NamesOf, AreThoseOfAllRows) {
  EXPECT_THAT(NamesOf(kRows), ElementsAre("x", "y"));
}

TEST(NamesThat, AreThoseOfTheRowsThatHold) {
  EXPECT_THAT(NamesThat(kRows, &Row::holds), ElementsAre("x"));
}

TEST(DescribeRows, SaysNameAndDescription) {
  EXPECT_EQ(DescribeRows(kRows), "x (first), y (second)");
}

TEST(FindRow, FindsByNameOrNothing) {
  EXPECT_EQ(FindRow(kRows, "y"), &kRows[1]);
  EXPECT_EQ(FindRow(kRows, "z"), nullptr);
}

}  // namespace
}  // namespace maskfill
