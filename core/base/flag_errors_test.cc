#include "core/base/flag_errors.h"

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

DEFINE_int64(rate, 3, "of the test below");

namespace maskfill {
namespace {

TEST(FlagErrors, IsOkWithoutErrors) {
  FlagErrors errors;
  errors.Add(absl::OkStatus());
  EXPECT_OK(errors.ToStatus());
  EXPECT_TRUE(errors.empty());
}

TEST(FlagErrors, ListsAllErrorsInOne) {
  FlagErrors errors;
  errors.Add("--rate is -1, expected 0 to 1");
  errors.Add(absl::NotFoundError("--input is missing"));
  EXPECT_THAT(errors.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "2 flags are wrong: --rate is -1, expected 0 to 1; "
                       "--input is missing"));
}

TEST(FlagErrors, RefusesAFlagThatWasGivenAndIsNotUsed) {
  FlagErrors errors;
  errors.RefuseIfGiven("rate", "--mask=object");
  EXPECT_TRUE(errors.empty());
  gflags::SetCommandLineOption("rate", "4");
  errors.RefuseIfGiven("rate", "--mask=object");
  EXPECT_THAT(errors.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "--rate is not used by --mask=object"));
}

}  // namespace
}  // namespace maskfill
