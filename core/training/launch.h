// Which of the processes of a training this one is, from a launcher's
// variables.
#ifndef MASKFILL_CORE_TRAINING_LAUNCH_H_
#define MASKFILL_CORE_TRAINING_LAUNCH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace maskfill {

struct Launch {
  int64_t rank = 0;  // of this process, 0 to size - 1
  int64_t size = 1;  // processes
  // The same among the processes of this machine.
  int64_t local_rank = 0;
  int64_t local_size = 1;
  // Where they meet: "HOST:PORT" or "file:PATH". Empty for a single process.
  std::string rendezvous = "";
  // The launcher itself listens there; else rank 0 does.
  bool launcher_listens = false;
  // Start number under the launcher: what a start before this one left at the
  // rendezvous does not count.
  int64_t attempt = 0;
};

struct LaunchOptions {
  int64_t rank = -1;  // -1: not given
  int64_t size = -1;
  std::string rendezvous = "";
  std::string launcher = "auto";
};

// One rule for all launchers:
//
// 1. `rank`, `size` and `rendezvous` as given by flags win; the first two go
//    together, then all processes count as those of one machine unless a
//    launcher says otherwise.
// 2. Else the variables of `launcher` say them; "auto" takes the first below
//    that says there are several processes, "none" looks at none.
// 3. Without a launcher, or with one that started a single process, this
//    process is alone.
// 4. They meet at MASTER_ADDR:MASTER_PORT. Where these are not set: at
//    127.0.0.1 when all are on one machine, at the first host of srun's step;
//    at port 29500, under srun one of the job's own.
//
//   torchrun  RANK WORLD_SIZE LOCAL_RANK LOCAL_WORLD_SIZE
//             TORCHELASTIC_USE_AGENT_STORE TORCHELASTIC_RESTART_COUNT
//   mpirun    OMPI_COMM_WORLD_RANK _SIZE _LOCAL_RANK _LOCAL_SIZE (Open MPI's)
//   hydra     PMI_RANK PMI_SIZE MPI_LOCALRANKID MPI_LOCALNRANKS
//             (mpirun of MPICH and Intel MPI)
//   srun      SLURM_PROCID SLURM_STEP_NUM_TASKS SLURM_LOCALID
//             SLURM_STEP_TASKS_PER_NODE SLURM_STEP_NODELIST SLURM_JOB_ID
//             SLURM_STEP_ID
//
// torchrun comes first, since the others may start it, and srun last, since it
// may start mpirun. InvalidArgument when the result makes no sense.
// `get_variable` is std::getenv in programs.
absl::StatusOr<Launch> ResolveLaunch(
    const LaunchOptions& options,
    const std::function<const char*(const char*)>& get_variable);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_LAUNCH_H_
