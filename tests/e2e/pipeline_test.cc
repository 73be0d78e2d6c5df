// The happy path, program by program, and what a second run does.

#include "tests/support/pipeline.h"

#include <map>
#include <string>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

TEST(Pipeline, ASecondRunOfEveryStageChangesNothing) {
  const std::string dir = CopyOfPipeline();
  const auto before = ReadTree(dir);
  for (const Stage& stage : PipelineStages()) {
    const ProgramResult result = RunStage(stage, dir);
    EXPECT_EQ(result.exit_code, 0) << stage.name << ": " << result.err;
  }
  EXPECT_TRUE(ReadTree(dir) == before);
}

TEST(Pipeline, ADryRunWritesNothing) {
  for (const char* name : {"ingest", "cam_tool", "mask_tool", "train_ft"}) {
    const Stage stage = StageNamed(name);
    const std::string dir = CopyOfPipeline({stage.output});
    const ProgramResult result =
        RunStage(WithFlag(stage, "--dry_run=true"), dir);
    EXPECT_EQ(result.exit_code, 0) << name << ": " << result.err;
    EXPECT_THAT(result.out, HasSubstr("fingerprint")) << name;
    EXPECT_FALSE(PathExists(JoinPath(dir, stage.output))) << name;
  }
}

TEST(Pipeline, TasksAndThreadsDoNotChangeTheBytes) {
  for (const char* name : {"ingest", "cam_tool", "mask_tool"}) {
    const Stage stage = StageNamed(name);
    const std::string dir = CopyOfPipeline({stage.output});
    for (const char* task : {"2", "0", "1"}) {
      Stage part = WithFlag(stage, std::string("--task_index=") + task);
      part = WithFlag(part, "--task_count=3");
      // The first with one thread, the others with more than most have cores.
      // LibTorch's sums depend on how many threads share them.
      if (stage.name != "cam_tool") {
        part = WithFlag(part,
                        task[0] == '2' ? "--num_threads=1" : "--num_threads=5");
      }
      const ProgramResult result = RunStage(part, dir);
      EXPECT_EQ(result.exit_code, 0) << name << ": " << result.err;
    }
    EXPECT_TRUE(ReadTree(JoinPath(dir, stage.output)) ==
                ReadTree(JoinPath(FinishedPipeline(), stage.output)))
        << name;
  }
}

TEST(Pipeline, RecordsToolReadsEveryStage) {
  const std::string& dir = FinishedPipeline();
  for (const char* output : {"records", "cams", "cf"}) {
    for (const char* command : {"verify", "stat", "cat"}) {
      const ProgramResult result =
          RunProgram({"record_tool/records", command, JoinPath(dir, output)});
      EXPECT_EQ(result.exit_code, 0) << command << ": " << result.err;
      EXPECT_NE(result.out, "") << command;
    }
  }
}

TEST(Pipeline, EvalPrintsATableAndWritesItsReport) {
  const std::string dir = CopyOfPipeline({"eval.json"});
  const ProgramResult result = RunStage(StageNamed("eval"), dir);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("photos"));
  ASSERT_OK_AND_ASSIGN(const std::string report,
                       ReadFile(JoinPath(dir, "eval.json")));
  EXPECT_THAT(report, HasSubstr("top1"));
}

}  // namespace
}  // namespace maskfill
