#include "core/base/exit_code.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
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
  EXPECT_EQ(Quietly(absl::AbortedError("")), 75);
  // Inputs that do not fit are no other work: nobody is to overwrite for them.
  EXPECT_EQ(Quietly(absl::FailedPreconditionError("")), 65);
  EXPECT_EQ(Quietly(absl::AlreadyExistsError("")), 78);
}

TEST(ExitCode, OfADivergedTrainingIsItsOwnHoweverItIsAnnotated) {
  std::string text;
  const absl::Status status = Annotate(DivergedError("loss nan"), "step 3");
  EXPECT_TRUE(IsDiverged(status));
  EXPECT_EQ(Quietly(status, &text), 79);
  EXPECT_EQ(text, "error: step 3: loss nan [DIVERGED, exit 79]\n");
  EXPECT_FALSE(IsDiverged(absl::InvalidArgumentError("")));
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
