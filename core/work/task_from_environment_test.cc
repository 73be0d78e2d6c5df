#include "core/work/task_from_environment.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Task> Resolve(int64_t index, int64_t count,
                             const Variables& variables,
                             const std::string& source = "auto") {
  return ResolveTask(index, count, source, [&variables](const char* name) {
    const auto it = variables.find(name);
    return it == variables.end() ? nullptr : it->second.c_str();
  });
}

MATCHER_P2(IsTask, index, count, "") {
  return arg.index == index && arg.count == count;
}

TEST(ResolveTask, IsTheOnlyTaskByDefault) {
  EXPECT_THAT(Resolve(-1, -1, {}), IsOkAndHolds(IsTask(0, 1)));
}

TEST(ResolveTask, TakesSlurmArrays) {
  // --array=10-22:4 has the tasks 10, 14, 18, 22.
  const Variables slurm = {{"SLURM_ARRAY_TASK_ID", "18"},
                           {"SLURM_ARRAY_TASK_MIN", "10"},
                           {"SLURM_ARRAY_TASK_STEP", "4"},
                           {"SLURM_ARRAY_TASK_COUNT", "4"}};
  EXPECT_THAT(Resolve(-1, -1, slurm), IsOkAndHolds(IsTask(2, 4)));
}

TEST(ResolveTask, LetsFlagsWin) {
  const Variables slurm = {{"SLURM_ARRAY_TASK_ID", "18"},
                           {"SLURM_ARRAY_TASK_COUNT", "40"}};
  EXPECT_THAT(Resolve(1, 3, slurm), IsOkAndHolds(IsTask(1, 3)));
  EXPECT_THAT(Resolve(-1, 20, slurm), IsOkAndHolds(IsTask(18, 20)));
}

TEST(ResolveTask, TakesAwsBatchArrays) {
  EXPECT_THAT(Resolve(-1, -1,
                      {{"AWS_BATCH_JOB_ARRAY_INDEX", "3"},
                       {"AWS_BATCH_JOB_ARRAY_SIZE", "8"}}),
              IsOkAndHolds(IsTask(3, 8)));
}

TEST(ResolveTask, NeedsTheCountForKubernetes) {
  const Variables kubernetes = {{"JOB_COMPLETION_INDEX", "3"}};
  EXPECT_THAT(Resolve(-1, 8, kubernetes), IsOkAndHolds(IsTask(3, 8)));
  EXPECT_THAT(Resolve(-1, -1, kubernetes),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("JOB_COMPLETION_INDEX"),
                             HasSubstr("--task_count"))));
}

// sbatch --array=3 after tasks 0 to 2 of --array=0-3 are done.
TEST(ResolveTask, IsTheSameTaskWhenItIsSubmittedAgainAlone) {
  const Variables alone = {{"SLURM_ARRAY_TASK_ID", "3"},
                           {"SLURM_ARRAY_TASK_MIN", "3"},
                           {"SLURM_ARRAY_TASK_MAX", "3"},
                           {"SLURM_ARRAY_TASK_STEP", "1"},
                           {"SLURM_ARRAY_TASK_COUNT", "1"}};
  EXPECT_THAT(Resolve(-1, 4, alone), IsOkAndHolds(IsTask(3, 4)));
  // Without the count the array is all there is, and makes what is left.
  EXPECT_THAT(Resolve(-1, -1, alone), IsOkAndHolds(IsTask(0, 1)));
}

TEST(ResolveTask, NamesTheVariableOfAnArrayWithGaps) {
  const Variables gaps = {{"SLURM_ARRAY_TASK_ID", "5"},
                          {"SLURM_ARRAY_TASK_MIN", "2"},
                          {"SLURM_ARRAY_TASK_MAX", "5"},
                          {"SLURM_ARRAY_TASK_COUNT", "2"}};
  EXPECT_THAT(Resolve(-1, -1, gaps),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("SLURM_ARRAY_TASK_ID is 5"),
                             HasSubstr("--task_count"))));
  EXPECT_THAT(Resolve(-1, 6, gaps), IsOkAndHolds(IsTask(5, 6)));
  EXPECT_THAT(Resolve(-1, 4, gaps),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("SLURM_ARRAY_TASK_ID is 5, --task_count says "
                                 "0 to 3")));
}

TEST(ResolveTask, CountsFromOneWhereTheSchedulerDoes) {
  const Variables sge = {{"SGE_TASK_ID", "3"},
                         {"SGE_TASK_FIRST", "1"},
                         {"SGE_TASK_LAST", "8"},
                         {"SGE_TASK_STEPSIZE", "1"}};
  EXPECT_THAT(Resolve(-1, -1, sge), IsOkAndHolds(IsTask(2, 8)));
  EXPECT_THAT(Resolve(-1, 20, sge), IsOkAndHolds(IsTask(2, 20)));
  EXPECT_THAT(Resolve(-1, -1, {{"SGE_TASK_ID", "undefined"}}),
              IsOkAndHolds(IsTask(0, 1)));
  EXPECT_THAT(
      Resolve(-1, -1, {{"LSB_JOBINDEX", "4"}, {"LSB_JOBINDEX_END", "4"}}),
      IsOkAndHolds(IsTask(3, 4)));
  EXPECT_THAT(Resolve(-1, -1, {{"LSB_JOBINDEX", "0"}}),
              IsOkAndHolds(IsTask(0, 1)));
}

TEST(ResolveTask, TakesPbsArraysAndRanksOfSrun) {
  EXPECT_THAT(Resolve(-1, 8, {{"PBS_ARRAY_INDEX", "7"}}),
              IsOkAndHolds(IsTask(7, 8)));
  EXPECT_THAT(
      Resolve(-1, -1, {{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}}),
      IsOkAndHolds(IsTask(1, 2)));
  // A batch script with --ntasks=2 that starts the program itself.
  EXPECT_THAT(Resolve(-1, -1, {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}}),
              IsOkAndHolds(IsTask(0, 1)));
}

TEST(ResolveTask, LooksOnlyWhereItIsTold) {
  const Variables slurm = {{"SLURM_ARRAY_TASK_ID", "1"},
                           {"SLURM_ARRAY_TASK_COUNT", "3"}};
  EXPECT_THAT(Resolve(-1, -1, slurm, "none"), IsOkAndHolds(IsTask(0, 1)));
  EXPECT_THAT(Resolve(-1, -1, slurm, "slurm"), IsOkAndHolds(IsTask(1, 3)));
  EXPECT_THAT(Resolve(-1, -1, slurm, "sge"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("SGE_TASK_ID is not set")));
  EXPECT_THAT(Resolve(-1, -1, slurm, "condor"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"condor\", expected one of auto, none")));
}

TEST(ResolveTask, RefusesWhatMakesNoSense) {
  EXPECT_THAT(Resolve(0, 0, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Resolve(4, 4, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Resolve(-2, 4, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Resolve(1, -1, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Resolve(-1, 2, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Resolve(-1, -1,
              {{"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_COUNT", "4"}}),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Resolve(-1, -1, {{"SLURM_ARRAY_TASK_ID", "x"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("SLURM_ARRAY_TASK_ID is \"x\"")));
}

}  // namespace
}  // namespace maskfill
