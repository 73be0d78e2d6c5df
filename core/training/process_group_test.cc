#include "core/training/process_group.h"

#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/full.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/free_port.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/thread_ranks.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ProcessGroupTest : public testing::Test {
 protected:
  void TearDown() override { SetPreemptionSignalForTest(0); }
  std::string FileRendezvous() const {
    return absl::StrCat("file:", JoinPath(TestDirectory(), "meet"));
  }
};

TEST_F(ProcessGroupTest, IsNothingForAProcessAlone) {
  ProcessGroup& alone = ProcessGroup::Alone();
  EXPECT_TRUE(alone.leads());
  EXPECT_EQ(alone.size(), 1);
  EXPECT_OK(alone.Agree(absl::OkStatus()));
  EXPECT_THAT(alone.Agree(absl::DataLossError("mine")),
              StatusIs(absl::StatusCode::kDataLoss, "mine"));
  EXPECT_OK(alone.Agree(absl::OkStatus()));
  const at::Tensor tensor = at::arange(3, at::kFloat);
  EXPECT_OK(alone.Sum(tensor));
  EXPECT_OK(alone.Broadcast(tensor));
  EXPECT_TRUE(at::equal(tensor, at::arange(3, at::kFloat)));
  EXPECT_THAT(alone.BroadcastText("text"), IsOkAndHolds("text"));
  alone.Leave();
}

TEST_F(ProcessGroupTest, SharesTheProcessorAmongRanks) {
  const Launch launch = {
      .rank = 1, .size = 2, .local_rank = 1, .local_size = 2};
  EXPECT_EQ(DeviceOfRank(at::kCPU, launch), at::Device(at::kCPU));
  EXPECT_EQ(DeviceOfRank(at::Device(at::kCUDA, 3), Launch()),
            at::Device(at::kCUDA, 3));
}

TEST_F(ProcessGroupTest, SumsAndSharesOverTcp) {
  const std::string rendezvous = absl::StrCat("127.0.0.1:", FreePort());
  RunRanks(3, rendezvous, [](ProcessGroup& group) {
    EXPECT_OK(group.Agree(absl::OkStatus()));
    const double rank = static_cast<double>(group.rank());
    const at::Tensor sum = at::full({5}, rank + 1, at::kFloat);
    EXPECT_OK(group.Sum(sum));
    EXPECT_TRUE(at::equal(sum, at::full({5}, 6, at::kFloat)));  // 1 + 2 + 3
    const at::Tensor counts = at::full({1}, int64_t{1} << 53, at::kLong).add(1);
    EXPECT_OK(group.Sum(counts));
    EXPECT_EQ(counts.item<int64_t>(), 3 * ((int64_t{1} << 53) + 1));
    const at::Tensor shared = at::full({2, 2}, rank, at::kFloat);
    EXPECT_OK(group.Broadcast(shared));
    EXPECT_TRUE(at::equal(shared, at::zeros({2, 2})));
    EXPECT_THAT(group.BroadcastText(absl::StrCat("rank ", group.rank())),
                IsOkAndHolds("rank 0"));
    EXPECT_THAT(group.BroadcastText(""), IsOkAndHolds(""));
    group.Leave();
    EXPECT_FALSE(group.lost());
  });
}

TEST_F(ProcessGroupTest, EndsWithOneRanksErrorForAll) {
  RunRanks(3, FileRendezvous(), [](ProcessGroup& group) {
    EXPECT_OK(group.Agree(absl::OkStatus()));
    absl::Status mine;
    if (group.rank() == 0) mine = absl::CancelledError("told to stop");
    if (group.rank() == 1) mine = absl::DataLossError("torn shard");
    const absl::Status agreed = group.Agree(mine);
    EXPECT_THAT(agreed,
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("torn shard")));
    EXPECT_EQ(absl::StrContains(agreed.message(), "rank 1: "),
              group.rank() != 1);
    // It has ended: nobody is waited for any more.
    EXPECT_THAT(group.Agree(absl::InternalError("later")),
                StatusIs(absl::StatusCode::kInternal));
    group.Leave();
  });
}

TEST_F(ProcessGroupTest, KeepsWhatAStatusMeans) {
  RunRanks(2, FileRendezvous(), [](ProcessGroup& group) {
    const absl::Status agreed =
        group.Agree(group.rank() == 1 ? DivergedError("") : absl::OkStatus());
    EXPECT_TRUE(IsDiverged(agreed)) << agreed;
  });
  RunRanks(2, FileRendezvous() + "2", [](ProcessGroup& group) {
    EXPECT_THAT(
        group.Agree(absl::CancelledError(
            absl::StrCat("signal at rank ", group.rank()))),
        StatusIs(absl::StatusCode::kCancelled, HasSubstr("signal at rank 0")));
  });
}

TEST_F(ProcessGroupTest, SaysWhichRankIsLost) {
  JoinRanks(4, FileRendezvous(), absl::Minutes(10), [](ProcessGroup& group) {
    EXPECT_OK(group.Agree(absl::OkStatus()));
    if (group.rank() == 2) return;  // the group goes, without a word
    const absl::Status agreed = group.Agree(absl::OkStatus());
    EXPECT_THAT(agreed,
                StatusIs(absl::StatusCode::kUnavailable,
                         AllOf(HasSubstr("of 4 lost rank 2"),
                               HasSubstr("run the same command again"))));
    EXPECT_EQ(ExitCode(agreed), kExitIoError);
    EXPECT_TRUE(group.lost());
    const at::Tensor tensor = at::zeros({1});
    EXPECT_THAT(group.Sum(tensor), StatusIs(absl::StatusCode::kUnavailable));
    group.Leave();
  });
}

// In a step of minutes nobody is asked for anything.
TEST_F(ProcessGroupTest, InterruptsWhoComputesWhenARankIsLost) {
  JoinRanks(3, FileRendezvous(), absl::Minutes(10), [](ProcessGroup& group) {
    if (group.rank() == 1) return;
    absl::Status step;
    while (step.ok()) step = CheckNotPreempted();
    EXPECT_THAT(group.Agree(step), StatusIs(absl::StatusCode::kUnavailable,
                                            HasSubstr("lost rank 1")));
  });
}

TEST_F(ProcessGroupTest, GivesUpARankThatDoesNotAnswer) {
  absl::Notification given_up;
  JoinRanks(2, FileRendezvous(), absl::Seconds(1), [&](ProcessGroup& group) {
    if (group.rank() == 1) {
      given_up.WaitForNotification();
      return;
    }
    EXPECT_THAT(group.Agree(absl::OkStatus()),
                StatusIs(absl::StatusCode::kUnavailable,
                         AllOf(HasSubstr("lost another rank"),
                               HasSubstr("Timed out"))));
    given_up.Notify();
  });
}

TEST_F(ProcessGroupTest, TellsTheOthersThatOneCannotStart) {
  const std::string rendezvous = FileRendezvous();
  std::thread refuses([&rendezvous] {
    ProcessGroup::Refuse({.rank = 1,
                          .size = 2,
                          .local_rank = 1,
                          .local_size = 2,
                          .rendezvous = rendezvous},
                         absl::Minutes(10),
                         absl::InvalidArgumentError("--beta is -1"));
  });
  ASSERT_OK_AND_ASSIGN(
      const auto group,
      ProcessGroup::Join(
          {.rank = 0, .size = 2, .local_size = 2, .rendezvous = rendezvous},
          absl::Minutes(10)));
  EXPECT_THAT(group->Agree(absl::OkStatus()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("rank 1: --beta is -1")));
  group->Leave();
  refuses.join();
  ProcessGroup::Refuse(Launch(), absl::Minutes(10), absl::InternalError(""));
}

TEST_F(ProcessGroupTest, SpreadsRequestsToSave) {
  RunRanks(2, FileRendezvous(), [](ProcessGroup& group) {
    if (group.rank() == 1) RequestSave();
    EXPECT_OK(group.Agree(absl::OkStatus()));
  });
  EXPECT_TRUE(TakeSaveRequest());
}

TEST_F(ProcessGroupTest, SaysWhoDidNotCome) {
  EXPECT_THAT(ProcessGroup::Join({.rank = 1,
                                  .size = 3,
                                  .local_size = 3,
                                  .rendezvous = FileRendezvous()},
                                 absl::Milliseconds(300)),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("for rank 0, 2 of 3")));
  EXPECT_THAT(
      ProcessGroup::Join({.rank = 1,
                          .size = 2,
                          .local_size = 2,
                          .rendezvous = absl::StrCat("127.0.0.1:", FreePort())},
                         absl::Milliseconds(300)),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("found nobody at")));
}

TEST_F(ProcessGroupTest, SaysThatThePortIsTaken) {
  const PortHolder taken;
  EXPECT_THAT(
      ProcessGroup::Join(
          {.rank = 0,
           .size = 2,
           .local_size = 2,
           .rendezvous = absl::StrCat("127.0.0.1:", taken.port())},
          absl::Seconds(5)),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(HasSubstr("cannot listen"), HasSubstr("MASTER_PORT"))));
}

TEST_F(ProcessGroupTest, StopsWaitingWhenToldTo) {
  SetPreemptionSignalForTest(SIGTERM);
  EXPECT_THAT(ProcessGroup::Join({.rank = 1,
                                  .size = 2,
                                  .local_size = 2,
                                  .rendezvous = FileRendezvous()},
                                 absl::Seconds(60)),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace maskfill
