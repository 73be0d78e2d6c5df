#include "core/training/launch_flags.h"

#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "core/base/flag_facts.h"
#include "gflags/gflags.h"

DEFINE_int64(rank, -1,
             "which of the --num_ranks processes of one training this is, from "
             "0; -1: as --launcher says");
DEFINE_int64(num_ranks, -1,
             "processes that train together, each on its part of every batch; "
             "-1: as --launcher says, 1 without one");
DEFINE_string(rendezvous, "",
              "where the processes meet: HOST:PORT, where rank 0 listens, or "
              "file:PATH, a file that is not there yet on a disk that all see; "
              "empty: as --launcher says");
DEFINE_string(launcher, "auto",
              "whose variables say rank, number of ranks and rendezvous: auto "
              "(the first that is there), torchrun, mpirun (Open MPI's), hydra "
              "(mpirun of MPICH and Intel MPI), srun or none");
DEFINE_double(collective_timeout, 600,
              "seconds after which a process that waits for the others ends "
              "with an error, 1 to 1000000; longer than what rank 0 does "
              "alone (saving a state)");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"launcher",
     {.values = {"auto", "torchrun", "mpirun", "hydra", "srun", "none"}}},
});

}  // namespace

void TakeLaunchFlags(RankOptions* options, FlagErrors* errors) {
  const absl::StatusOr<Launch> launch =
      ResolveLaunch({.rank = FLAGS_rank,
                     .size = FLAGS_num_ranks,
                     .rendezvous = FLAGS_rendezvous,
                     .launcher = FLAGS_launcher},
                    [](const char* name) { return std::getenv(name); });
  if (launch.ok()) {
    options->launch = *launch;
  } else {
    errors->Add(std::string(launch.status().message()));
  }
  if (!(FLAGS_collective_timeout >= 1 && FLAGS_collective_timeout <= 1e6)) {
    errors->Add(absl::StrCat("--collective_timeout is ",
                             FLAGS_collective_timeout,
                             ", expected 1 to 1000000 seconds"));
  } else {
    options->collective_timeout = absl::Seconds(FLAGS_collective_timeout);
  }
}

}  // namespace maskfill
