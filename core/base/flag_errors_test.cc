#include "core/base/flag_errors.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

DEFINE_int64(rate, 3, "of the test below");

namespace maskfill {
namespace {

using testing::EndsWith;

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

TEST(FlagErrors, RefusesEachOfAList) {
  FlagErrors errors;
  gflags::SetCommandLineOption("rate", "4");
  errors.RefuseIfGiven({"rate", "rate"}, "x");
  EXPECT_THAT(std::string(errors.ToStatus().message()),
              EndsWith("--rate is not used by x; --rate is not used by x"));
}

TEST(FlagErrors, SaysWhatIsMissing) {
  FlagErrors errors;
  errors.Require("cams", std::string("here"), "a directory");
  EXPECT_TRUE(errors.empty());
  errors.Require("cams", std::string(), "a directory");
  EXPECT_EQ(errors.ToStatus().message(),
            "--cams is missing, expected a directory");
}

TEST(FlagErrors, ChecksTheRange) {
  FlagErrors errors;
  errors.CheckRange("rate", 0.0, 0, 1);
  errors.CheckRange("rate", int64_t{4}, 1, 4);
  errors.CheckAtLeast("rate", 1, 1);
  EXPECT_TRUE(errors.empty());
  errors.CheckRange("rate", int64_t{5}, 1, 4, " px");
  errors.CheckRange("rate", std::nan(""), 0, 1);
  errors.CheckAtLeast("rate", 0, 1);
  EXPECT_EQ(errors.ToStatus().message(),
            "3 flags are wrong: --rate is 5, expected 1 to 4 px; --rate is "
            "nan, expected 0 to 1; --rate is 0, expected at least 1");
}

TEST(FlagErrors, TakesAValueOrItsError) {
  FlagErrors errors;
  std::optional<int> value;
  errors.Take(absl::StatusOr<int>(3), &value);
  EXPECT_EQ(value, 3);
  errors.Take(absl::StatusOr<int>(absl::NotFoundError("none")), &value);
  errors.Take(absl::StatusOr<int>(absl::NotFoundError("none")), &value, "rate");
  EXPECT_EQ(value, 3);
  EXPECT_EQ(errors.ToStatus().message(),
            "2 flags are wrong: none; --rate: none");
}

}  // namespace
}  // namespace maskfill
