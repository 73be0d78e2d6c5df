// What is left when a stage is killed or its disk is full.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_shards.h"

namespace maskfill {
namespace {

using ::testing::Each;
using ::testing::UnorderedElementsAre;

pid_t Start(const std::function<int()>& run) {
  const pid_t child = fork();
  if (child == 0) _exit(run());
  return child;
}

// What waitpid says.
int StatusOf(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

int InChild(const std::function<int()>& run) { return StatusOf(Start(run)); }

// The exit codes of as many children at once, each with its number; -1 for one
// that a signal ended.
std::vector<int> AtOnce(int number, const std::function<int(int)>& run) {
  std::vector<pid_t> children;
  for (int i = 0; i < number; ++i) {
    children.push_back(Start([&] { return run(i); }));
  }
  std::vector<int> codes;
  for (const pid_t child : children) {
    const int status = StatusOf(child);
    codes.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
  return codes;
}

int RunOnce(const RunOptions& options, const BeforeRecord& before = nullptr) {
  return MakeTestShards(options, TestShardSpec(), before).ok() ? 0 : 1;
}

class ShardsKillTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    ASSERT_OK(MakeTestShards(TestRunOptions(dir_ + "/ref"), TestShardSpec()));
    expected_ = DirectoryContents(dir_ + "/ref");
    options_ = TestRunOptions(dir_ + "/out");
  }

  // Every file under its final name is a whole one.
  void ExpectOnlyWholeFiles() {
    if (!IsDirectory(options_.output)) return;
    for (const auto& [name, bytes] : DirectoryContents(options_.output)) {
      if (name[0] == '.') continue;
      ASSERT_EQ(expected_.count(name), 1u) << name;
      ASSERT_EQ(bytes, expected_[name]) << name;
    }
  }

  std::string dir_;
  std::map<std::string, std::string> expected_;
  RunOptions options_;
};

TEST_F(ShardsKillTest, GoesOnAfterSigkillAtAnyRecord) {
  for (int64_t stop = 0; stop < kTestShards * kTestRecordsPerShard; stop += 4) {
    ASSERT_OK(RemoveTree(options_.output));
    const int status = InChild([&] {
      int64_t calls = 0;
      return RunOnce(options_, [&](int64_t, int64_t) {
        if (calls++ == stop) raise(SIGKILL);
        return absl::OkStatus();
      });
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << stop;
    ExpectOnlyWholeFiles();
    ASSERT_OK(MakeTestShards(options_, TestShardSpec()));
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << stop;
  }
}

// Several kills at random moments of one run, wherever it happens to be: also
// between a shard, its index, its entry and the manifest.
TEST_F(ShardsKillTest, GoesOnAfterSigkillsAtRandomMoments) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 8; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    for (int kill_number = 0; kill_number < 5; ++kill_number) {
      const pid_t child = Start([&] { return RunOnce(options_); });
      usleep(static_cast<useconds_t>(random() % 8000));
      kill(child, SIGKILL);
      StatusOf(child);
      ExpectOnlyWholeFiles();
    }
    ASSERT_OK(MakeTestShards(options_, TestShardSpec()));
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

TEST_F(ShardsKillTest, LetsEqualRunsRaceOnOneOutput) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    EXPECT_THAT(AtOnce(3, [&](int) { return RunOnce(options_); }), Each(0))
        << round;
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

TEST_F(ShardsKillTest, LetsTasksRaceForTheManifest) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    const auto run_task = [&](int task) {
      RunOptions options = options_;
      options.task_index = task;
      options.task_count = 5;
      return RunOnce(options);
    };
    EXPECT_THAT(AtOnce(5, run_task), Each(0)) << round;
    // Nobody is left to publish: the last one has done it.
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

// In 13 of 15 tries both ended well, and the result of one was lost.
TEST_F(ShardsKillTest, LetsOneOfTwoDifferentRunsHaveAnEmptyOutput) {
  const auto run = [&](int i) {
    ShardSpec spec = TestShardSpec();
    spec.work.options[0].set_value(i == 0 ? "0.3" : "0.4");
    const absl::Status status =
        MakeTestShards(options_, spec, nullptr).status();
    if (status.ok()) return 0;
    // 75 while the other one runs, 78 once it is there.
    return absl::IsAlreadyExists(status) || absl::IsAborted(status) ? 1 : 2;
  };
  for (int round = 0; round < 15; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    EXPECT_THAT(AtOnce(2, run), UnorderedElementsAre(0, 1)) << round;
  }
}

// RLIMIT_FSIZE makes write() fail as a full disk does: EFBIG for ENOSPC.
TEST_F(ShardsKillTest, SaysThatTheDiskIsFullAndLeavesNothingHalf) {
  const int status = InChild([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status run = MakeTestShards(options_, TestShardSpec()).status();
    return absl::IsResourceExhausted(run) ? kExitCannotCreate : kExitSoftware;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kExitCannotCreate);
  ExpectOnlyWholeFiles();
  for (const auto& [name, bytes] : DirectoryContents(options_.output)) {
    EXPECT_FALSE(absl::StrContains(name, ".tmp-")) << name;
  }
  ASSERT_OK(MakeTestShards(options_, TestShardSpec()));
  EXPECT_EQ(DirectoryContents(options_.output), expected_);
}

}  // namespace
}  // namespace maskfill
