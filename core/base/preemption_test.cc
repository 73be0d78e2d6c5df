#include "core/base/preemption.h"

#include <csignal>
#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PreemptionTest : public testing::Test {
 protected:
  void SetUp() override {
    InstallPreemptionHandlers();
    SetPreemptionSignalForTest(0);
  }
  void TearDown() override { SetPreemptionSignalForTest(0); }
};

TEST_F(PreemptionTest, IsNotRequestedByItself) {
  EXPECT_FALSE(PreemptionRequested());
  EXPECT_OK(CheckNotPreempted());
}

TEST_F(PreemptionTest, FollowsTheSchedulersSignals) {
  for (const int signal_number : {SIGTERM, SIGUSR1, SIGINT}) {
    SetPreemptionSignalForTest(0);
    ASSERT_EQ(std::raise(signal_number), 0);
    EXPECT_TRUE(PreemptionRequested());
    EXPECT_THAT(CheckNotPreempted(),
                StatusIs(absl::StatusCode::kCancelled,
                         AllOf(HasSubstr("signal"),
                               HasSubstr("run the same command again"))));
  }
}

TEST_F(PreemptionTest, TakesASaveRequestForNoRequestToStop) {
  // In a process of its own: there is no way back.
  EXPECT_EXIT(
      {
        AcceptSaveRequests();
        const bool before = TakeSaveRequest();
        std::raise(SIGUSR1);
        std::raise(SIGUSR1);
        const bool stops = PreemptionRequested();
        const bool first = TakeSaveRequest();
        const bool second = TakeSaveRequest();
        std::exit(!before && !stops && first && !second ? 3 : 4);
      },
      testing::ExitedWithCode(3), "");
}

TEST_F(PreemptionTest, HearsOfRequestsToOtherProcesses) {
  RequestSave();
  EXPECT_FALSE(PreemptionRequested());
  EXPECT_TRUE(TakeSaveRequest());
  RequestStop(SIGTERM);
  EXPECT_TRUE(PreemptionRequested());
}

TEST_F(PreemptionTest, IgnoresALostTerminal) {
  ASSERT_EQ(std::raise(SIGHUP), 0);
  EXPECT_FALSE(PreemptionRequested());
}

TEST(PreemptionDeathTest, EndsAtOnceAtTheSecondInterrupt) {
  EXPECT_EXIT(
      {
        InstallPreemptionHandlers();
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace maskfill
