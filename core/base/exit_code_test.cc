#include "core/base/exit_code.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

// The code and what was printed.
int Quietly(const absl::Status& status, std::string* text = nullptr) {
  testing::internal::CaptureStderr();
  const int code = ExitCode(status);
  const std::string printed = testing::internal::GetCapturedStderr();
  if (text != nullptr) *text = printed;
  return code;
}

TEST(ExitCode, FollowsSysexits) {
  EXPECT_EQ(Quietly(absl::OkStatus()), 0);
  EXPECT_EQ(Quietly(absl::InvalidArgumentError("")), 64);
  EXPECT_EQ(Quietly(absl::DataLossError("")), 65);
  EXPECT_EQ(Quietly(absl::OutOfRangeError("")), 65);
  EXPECT_EQ(Quietly(absl::NotFoundError("")), 66);
  EXPECT_EQ(Quietly(absl::InternalError("")), 70);
  EXPECT_EQ(Quietly(absl::UnknownError("")), 70);
  EXPECT_EQ(Quietly(absl::ResourceExhaustedError("")), 73);
  EXPECT_EQ(Quietly(absl::UnavailableError("")), 74);
  EXPECT_EQ(Quietly(absl::CancelledError("")), 75);
  EXPECT_EQ(Quietly(absl::PermissionDeniedError("")), 77);
  EXPECT_EQ(Quietly(absl::FailedPreconditionError("")), 78);
}

TEST(ExitCode, PrintsOneLineForAnError) {
  std::string text;
  Quietly(absl::NotFoundError("no \"a\""), &text);
  EXPECT_EQ(text, "error: no \"a\" [NOT_FOUND, exit 66]\n");
  Quietly(absl::OkStatus(), &text);
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace maskfill
