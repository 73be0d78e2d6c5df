#include "core/training/launch.h"

#include <map>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Launch> Resolve(const Variables& variables,
                               const LaunchOptions& options = {}) {
  return ResolveLaunch(options, [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(Launch, IsOneProcessWithoutLauncher) {
  ASSERT_OK_AND_ASSIGN(const Launch launch, Resolve({}));
  EXPECT_EQ(launch.rank, 0);
  EXPECT_EQ(launch.size, 1);
  EXPECT_EQ(launch.rendezvous, "");
  // A batch script has a rank, and is not one of the job's tasks.
  ASSERT_OK_AND_ASSIGN(const Launch batch,
                       Resolve({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}));
  EXPECT_EQ(batch.size, 1);
  ASSERT_OK_AND_ASSIGN(const Launch single,
                       Resolve({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
  EXPECT_EQ(single.rendezvous, "");
}

TEST(Launch, FollowsTorchrun) {
  Variables variables = {{"RANK", "5"},
                         {"WORLD_SIZE", "8"},
                         {"LOCAL_RANK", "1"},
                         {"LOCAL_WORLD_SIZE", "4"},
                         {"MASTER_ADDR", "node7"},
                         {"MASTER_PORT", "1234"},
                         {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                         {"TORCHELASTIC_RESTART_COUNT", "3"},
                         // torchrun under srun: one task for each machine.
                         {"SLURM_PROCID", "1"},
                         {"SLURM_STEP_NUM_TASKS", "2"}};
  ASSERT_OK_AND_ASSIGN(const Launch launch, Resolve(variables));
  EXPECT_EQ(launch.rank, 5);
  EXPECT_EQ(launch.size, 8);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.local_size, 4);
  EXPECT_EQ(launch.rendezvous, "node7:1234");
  EXPECT_TRUE(launch.launcher_listens);
  EXPECT_EQ(launch.attempt, 3);
  variables["TORCHELASTIC_USE_AGENT_STORE"] = "False";
  ASSERT_OK_AND_ASSIGN(const Launch listens, Resolve(variables));
  EXPECT_FALSE(listens.launcher_listens);
}

TEST(Launch, FollowsMpirunOnOneMachine) {
  Variables variables = {{"OMPI_COMM_WORLD_RANK", "1"},
                         {"OMPI_COMM_WORLD_SIZE", "2"},
                         {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                         {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
  ASSERT_OK_AND_ASSIGN(const Launch launch, Resolve(variables));
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.rendezvous, "127.0.0.1:29500");
  variables["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  EXPECT_THAT(Resolve(variables), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("MASTER_ADDR")));
}

TEST(Launch, FollowsMpirunOfMpich) {
  Variables variables = {{"PMI_RANK", "1"},
                         {"PMI_SIZE", "2"},
                         {"MPI_LOCALRANKID", "1"},
                         {"MPI_LOCALNRANKS", "2"}};
  ASSERT_OK_AND_ASSIGN(const Launch launch, Resolve(variables));
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.size, 2);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.rendezvous, "127.0.0.1:29500");
  // srun --mpi=pmi2 sets the first two as well, and is not that.
  variables = {{"PMI_RANK", "1"},
               {"PMI_SIZE", "2"},
               {"SLURM_PROCID", "1"},
               {"SLURM_STEP_NUM_TASKS", "2"},
               {"SLURM_STEP_TASKS_PER_NODE", "1(x2)"},
               {"SLURM_STEP_NODELIST", "a,b"}};
  ASSERT_OK_AND_ASSIGN(const Launch srun, Resolve(variables));
  EXPECT_EQ(srun.rendezvous, "a:29500");
}

TEST(Launch, FollowsSrunToTheFirstHost) {
  Variables variables = {{"SLURM_PROCID", "3"},
                         {"SLURM_STEP_NUM_TASKS", "6"},
                         {"SLURM_LOCALID", "1"},
                         {"SLURM_STEP_TASKS_PER_NODE", "2(x3)"},
                         {"SLURM_STEP_NODELIST", "rack[1-2]gpu[03-07,9],login"},
                         {"SLURM_JOB_ID", "1234567"},
                         {"SLURM_STEP_ID", "2"}};
  ASSERT_OK_AND_ASSIGN(const Launch launch, Resolve(variables));
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.size, 6);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.local_size, 2);
  // 15000 + (1234567 + 2 * 997) % 10000
  EXPECT_EQ(launch.rendezvous, "rack1gpu03:21561");
  variables["SLURM_STEP_NODELIST"] = "a,b,c";
  variables["MASTER_PORT"] = "99";
  ASSERT_OK_AND_ASSIGN(const Launch other, Resolve(variables));
  EXPECT_EQ(other.rendezvous, "a:99");
}

TEST(Launch, TakesTheFlagsFirst) {
  const Variables variables = {{"RANK", "0"},
                               {"WORLD_SIZE", "4"},
                               {"MASTER_ADDR", "a"},
                               {"MASTER_PORT", "1"}};
  ASSERT_OK_AND_ASSIGN(
      const Launch launch,
      Resolve(variables,
              {.rank = 1, .size = 2, .rendezvous = "file:/shared/meet"}));
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.size, 2);
  EXPECT_EQ(launch.rendezvous, "file:/shared/meet");
  ASSERT_OK_AND_ASSIGN(const Launch none,
                       Resolve(variables, {.launcher = "none"}));
  EXPECT_EQ(none.size, 1);
}

TEST(Launch, RefusesWhatMakesNoSense) {
  const auto refuses = [](const Variables& variables,
                          const LaunchOptions& options, const char* text) {
    EXPECT_THAT(Resolve(variables, options),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text)));
  };
  refuses({}, {.rank = 1}, "give both or none");
  refuses({}, {.rank = 2, .size = 2, .rendezvous = "a:1"}, "rank 2 of 2");
  refuses({}, {.rank = 0, .size = 2, .rendezvous = "a:70000"}, "HOST:PORT");
  refuses({}, {.rank = 0, .size = 2, .rendezvous = "here"}, "HOST:PORT");
  refuses({}, {.launcher = "pdsh"}, "torchrun, mpirun, hydra, srun");
  refuses({}, {.launcher = "srun"}, "SLURM_PROCID");
  refuses({{"RANK", "one"}, {"WORLD_SIZE", "2"}}, {}, "RANK is \"one\"");
  refuses({{"RANK", "2"}, {"WORLD_SIZE", "2"}}, {}, "rank 2 of 2");
}

}  // namespace
}  // namespace maskfill
