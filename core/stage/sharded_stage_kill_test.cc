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
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/stage/test_stage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

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

int RunOnce(const StageOptions& options, const BeforeRecord& before = nullptr) {
  return RunTestStage(options, TestStageSpec(), before).ok() ? 0 : 1;
}

class ShardedStageKillTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    ASSERT_OK(RunTestStage(TestStageOptions(dir_ + "/ref"), TestStageSpec()));
    expected_ = DirectoryContents(dir_ + "/ref");
    options_ = TestStageOptions(dir_ + "/out");
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
  StageOptions options_;
};

TEST_F(ShardedStageKillTest, GoesOnAfterSigkillAtAnyRecord) {
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
    ASSERT_OK(RunTestStage(options_, TestStageSpec()));
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << stop;
  }
}

// Several kills at random moments of one run, wherever it happens to be: also
// between a shard, its index, its entry and the manifest.
TEST_F(ShardedStageKillTest, GoesOnAfterSigkillsAtRandomMoments) {
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
    ASSERT_OK(RunTestStage(options_, TestStageSpec()));
    EXPECT_EQ(DirectoryContents(options_.output), expected_) << round;
  }
}

TEST_F(ShardedStageKillTest, LetsEqualRunsRaceOnOneOutput) {
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

TEST_F(ShardedStageKillTest, LetsTasksRaceForTheManifest) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_OK(RemoveTree(options_.output));
    std::vector<pid_t> children;
    for (int i = 0; i < 5; ++i) {
      StageOptions options = options_;
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

// RLIMIT_FSIZE makes write() fail as a full disk does: EFBIG for ENOSPC.
TEST_F(ShardedStageKillTest, SaysThatTheDiskIsFullAndLeavesNothingHalf) {
  const int status = InChild([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status run = RunTestStage(options_, TestStageSpec()).status();
    return absl::IsResourceExhausted(run) ? kExitCannotCreate : kExitSoftware;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kExitCannotCreate);
  ExpectOnlyWholeFiles();
  for (const auto& [name, bytes] : DirectoryContents(options_.output)) {
    EXPECT_FALSE(absl::StrContains(name, ".tmp-")) << name;
  }
  ASSERT_OK(RunTestStage(options_, TestStageSpec()));
  EXPECT_EQ(DirectoryContents(options_.output), expected_);
}

}  // namespace
}  // namespace maskfill
