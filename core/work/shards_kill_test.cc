// What is left when a stage is killed or its disk is full.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
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

// Runs `run` in a child and waits; returns what waitpid says.
int InChild(const std::function<int()>& run) {
  const pid_t child = fork();
  if (child == 0) _exit(run());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
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
      const pid_t child = fork();
      if (child == 0) _exit(RunOnce(options_));
      usleep(static_cast<useconds_t>(random() % 8000));
      kill(child, SIGKILL);
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      ExpectOnlyWholeFiles();
    }
    ASSERT_OK(MakeTestShards(options_, TestShardSpec()));
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

TEST_F(ShardsKillTest, LetsEqualRunsRaceOnOneOutput) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    std::vector<pid_t> children;
    for (int i = 0; i < 3; ++i) {
      const pid_t child = fork();
      if (child == 0) _exit(RunOnce(options_));
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << round;
    }
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

TEST_F(ShardsKillTest, LetsTasksRaceForTheManifest) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    std::vector<pid_t> children;
    for (int i = 0; i < 5; ++i) {
      RunOptions options = options_;
      options.task_index = i;
      options.task_count = 5;
      const pid_t child = fork();
      if (child == 0) _exit(RunOnce(options));
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << round;
    }
    // Nobody is left to publish: the last one has done it.
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

// In 13 of 15 tries both ended well, and the result of one was lost.
TEST_F(ShardsKillTest, LetsOneOfTwoDifferentRunsHaveAnEmptyOutput) {
  for (int round = 0; round < 15; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    std::vector<pid_t> children;
    for (const char* threshold : {"0.3", "0.4"}) {
      const pid_t child = fork();
      if (child == 0) {
        ShardSpec spec = TestShardSpec();
        spec.work.options[0].set_value(threshold);
        const absl::Status status =
            MakeTestShards(options_, spec, nullptr).status();
        // 75 while the other one runs, 78 once it is there.
        _exit(status.ok()                                                ? 0
              : absl::IsAlreadyExists(status) || absl::IsAborted(status) ? 1
                                                                         : 2);
      }
      children.push_back(child);
    }
    int sum = 0;
    for (const pid_t child : children) {
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      ASSERT_TRUE(WIFEXITED(status));
      sum += WEXITSTATUS(status);
    }
    EXPECT_EQ(sum, 1) << round;
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
