#include "core/stage/task_from_environment.h"

#include <map>
#include <string>

#include "core/base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Task> Resolve(int64_t index, int64_t count,
                             const Variables& variables) {
  return ResolveTask(index, count, [&variables](const char* name) {
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
