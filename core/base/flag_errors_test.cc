#include "core/base/flag_errors.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

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

}  // namespace
}  // namespace maskfill
