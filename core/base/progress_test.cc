#include "core/base/progress.h"

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// What a progress that ends after `n` items prints.
std::string Printed(ProgressMode mode, int64_t total, int64_t n,
                    int64_t already_done = 0) {
  testing::internal::CaptureStderr();
  {
    Progress progress(mode, "tool", "images", total, already_done);
    progress.SetDetail("loss \"0.3\"");
    progress.Add(n);
  }
  return testing::internal::GetCapturedStderr();
}

TEST(ParseProgressMode, KnowsItsModes) {
  EXPECT_THAT(ParseProgressMode("auto"), IsOkAndHolds(ProgressMode::kAuto));
  EXPECT_THAT(ParseProgressMode("bar"), IsOkAndHolds(ProgressMode::kBar));
  EXPECT_THAT(ParseProgressMode("log"), IsOkAndHolds(ProgressMode::kLog));
  EXPECT_THAT(ParseProgressMode("json"), IsOkAndHolds(ProgressMode::kJson));
  EXPECT_THAT(ParseProgressMode("none"), IsOkAndHolds(ProgressMode::kNone));
  EXPECT_THAT(ParseProgressMode("loud"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected auto, bar, log, json or none")));
}

TEST(Progress, PrintsALastLine) {
  EXPECT_THAT(Printed(ProgressMode::kLog, 10, 10),
              AllOf(HasSubstr("tool: 10/10 images"), HasSubstr("loss \"0.3\""),
                    Not(HasSubstr("\r"))));
}

TEST(Progress, CountsWhatIsAlreadyDone) {
  EXPECT_THAT(Printed(ProgressMode::kLog, 10, 4, /*already_done=*/6),
              HasSubstr("10/10"));
}

TEST(Progress, LeavesAnUnknownTotalOut) {
  EXPECT_THAT(Printed(ProgressMode::kLog, 0, 4), HasSubstr("tool: 4 images"));
}

TEST(Progress, PrintsJson) {
  EXPECT_THAT(Printed(ProgressMode::kJson, 10, 10),
              AllOf(HasSubstr("\"done\":10,\"total\":10"),
                    HasSubstr("\"detail\":\"loss \\\"0.3\\\"\"")));
}

TEST(Progress, RedrawsItsLineAsABar) {
  EXPECT_THAT(Printed(ProgressMode::kBar, 10, 10), testing::StartsWith("\r"));
}

TEST(Progress, IsSilentAsNone) {
  EXPECT_EQ(Printed(ProgressMode::kNone, 10, 10), "");
}

TEST(Progress, CountsFromSeveralThreads) {
  testing::internal::CaptureStderr();
  {
    Progress progress(ProgressMode::kLog, "tool", "images", 4000);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&progress] {
        for (int i = 0; i < 1000; ++i) progress.Add();
      });
    }
    for (std::thread& thread : threads) thread.join();
    progress.Finish();
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("4000/4000"));
}

}  // namespace
}  // namespace maskfill
