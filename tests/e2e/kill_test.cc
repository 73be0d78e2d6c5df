// Killing any stage with SIGKILL at any moment and running it again gives the
// same bytes as a run that nothing disturbed.

#include <signal.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/pipeline.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

constexpr int kKills = 6;

void ExpectNoTemporaries(const std::string& dir) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    EXPECT_THAT(entry.path().string(),
                testing::Not(testing::HasSubstr(".tmp-")));
  }
}

class KillTest : public testing::TestWithParam<std::string> {};

TEST_P(KillTest, LeavesNothingThatARerunDoesNotMend) {
  const Stage stage = StageNamed(GetParam());
  const std::string dir = CopyOfPipeline({stage.output});
  const auto expected = OutputFiles(JoinPath(FinishedPipeline(), stage.output));

  // How long the whole stage takes here and now.
  const absl::Time start = absl::Now();
  ASSERT_EQ(RunStage(stage, dir).exit_code, 0);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  ExpectSameFiles(OutputFiles(JoinPath(dir, stage.output)), expected);

  CounterRng rng(7, "kill", 0, stage.name);
  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    ASSERT_OK(RemoveTree(JoinPath(dir, stage.output)));
    // Two kills in a row, then a run to the end.
    for (int attempt = 0; attempt < 2; ++attempt) {
      ProgramOptions options;
      options.signal_after = absl::Seconds(seconds * rng.UniformDouble());
      const ProgramResult result = RunStage(stage, dir, options);
      ASSERT_TRUE(result.exit_code == 0 || result.exit_code == 128 + SIGKILL)
          << result.err;
      killed += result.exit_code != 0;
    }
    const ProgramResult last = RunStage(stage, dir);
    ASSERT_EQ(last.exit_code, 0) << last.err;
    ExpectSameFiles(OutputFiles(JoinPath(dir, stage.output)), expected);
    ExpectNoTemporaries(dir);
  }
  EXPECT_GT(killed, 0) << "no run was hit";
}

INSTANTIATE_TEST_SUITE_P(Stages, KillTest,
                         testing::Values("ingest", "make_random_clip",
                                         "import_model", "build_zeroshot",
                                         "cam_tool", "mask_tool", "train_ft",
                                         "train_fd_mask", "merge_models",
                                         "eval"),
                         [](const auto& info) { return info.param; });

// SIGTERM is a request: the stage stops in order, says so and exits with 75.
TEST(Preemption, EndsWithTheCodeThatSchedulersRequeue) {
  const Stage stage = StageNamed("train_fd_mask");
  const std::string dir = CopyOfPipeline({stage.output});
  const Stage longer = WithFlag(stage, "--epochs=2000");
  ProgramOptions options;
  options.signal_after = absl::Seconds(3);
  options.signal_number = SIGTERM;
  const ProgramResult result = RunStage(longer, dir, options);
  EXPECT_EQ(result.exit_code, 75) << result.err;
  EXPECT_THAT(result.err, testing::HasSubstr("run the same command again"));
}

}  // namespace
}  // namespace maskfill
