#include "core/masking/fill_kind.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

TEST(ParseFillKind, ReadsWhatToStringWrites) {
  ASSERT_EQ(FillRules().size(), 6u);
  for (const FillRule& rule : FillRules()) {
    EXPECT_THAT(ParseFillKind(ToString(rule.kind)), IsOkAndHolds(rule.kind));
  }
  EXPECT_THAT(
      ParseFillKind("double"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               testing::HasSubstr("none, single, multi, mean, grey, noise")));
}

TEST(FillRules, OnlyFillsWithDonorsAndTheMeanTakeAPool) {
  for (const FillRule& rule : FillRules()) {
    const bool pool = rule.kind == FillKind::kSingle ||
                      rule.kind == FillKind::kMulti ||
                      rule.kind == FillKind::kMean;
    EXPECT_EQ(rule.takes_pool, pool) << rule.name;
    EXPECT_EQ(rule.takes_donors, pool && rule.kind != FillKind::kMean)
        << rule.name;
  }
}

}  // namespace
}  // namespace maskfill
