#include "core/base/status_macros.h"

#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::Not;

absl::Status ReturnIfError(const absl::Status& status, bool* reached) {
  RETURN_IF_ERROR(status);
  *reached = true;
  return absl::OkStatus();
}

TEST(ReturnIfError, ReturnsOnlyErrors) {
  bool reached = false;
  EXPECT_THAT(ReturnIfError(absl::DataLossError("x"), &reached),
              StatusIs(absl::StatusCode::kDataLoss, "x"));
  EXPECT_FALSE(reached);
  EXPECT_OK(ReturnIfError(absl::OkStatus(), &reached));
  EXPECT_TRUE(reached);
}

absl::StatusOr<int> Sum(absl::StatusOr<std::unique_ptr<int>> a,
                        absl::StatusOr<int> b) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> first, std::move(a));
  ASSIGN_OR_RETURN(const int second, b);
  return *first + second;
}

TEST(AssignOrReturn, MovesValuesOutAndErrorsUp) {
  EXPECT_THAT(Sum(std::make_unique<int>(1), 2), IsOkAndHolds(3));
  EXPECT_THAT(Sum(absl::NotFoundError("a"), 2),
              StatusIs(absl::StatusCode::kNotFound, "a"));
  EXPECT_THAT(Sum(std::make_unique<int>(1), absl::NotFoundError("b")),
              StatusIs(absl::StatusCode::kNotFound, "b"));
}

TEST(Annotate, PutsTheContextInFront) {
  EXPECT_THAT(Annotate(absl::DataLossError("cut"), "shard 3"),
              StatusIs(absl::StatusCode::kDataLoss, "shard 3: cut"));
  EXPECT_OK(Annotate(absl::OkStatus(), "shard 3"));
  EXPECT_THAT(Annotate(absl::StatusOr<int>(4), "shard 3"), IsOkAndHolds(4));
  EXPECT_THAT(Annotate(absl::StatusOr<int>(absl::DataLossError("cut")), "s"),
              StatusIs(absl::StatusCode::kDataLoss, "s: cut"));
}

TEST(StatusMatchers, TellErrorsApart) {
  EXPECT_THAT(absl::DataLossError("x"), Not(IsOk()));
  EXPECT_THAT(absl::DataLossError("x"),
              Not(StatusIs(absl::StatusCode::kNotFound)));
  EXPECT_THAT(absl::StatusOr<int>(4), Not(IsOkAndHolds(5)));
  EXPECT_THAT(absl::StatusOr<int>(absl::DataLossError("x")),
              Not(IsOkAndHolds(5)));
}

}  // namespace
}  // namespace maskfill
