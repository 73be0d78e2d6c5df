// The flags of a program that trains in several processes.
#ifndef MASKFILL_CORE_TRAINING_LAUNCH_FLAGS_H_
#define MASKFILL_CORE_TRAINING_LAUNCH_FLAGS_H_

#include "absl/time/time.h"
#include "core/base/flag_errors.h"
#include "core/training/launch.h"

namespace maskfill {

struct RankOptions {
  Launch launch;
  // After which waiting for the other processes is an error.
  absl::Duration collective_timeout = absl::Minutes(10);
};

// --rank --num_ranks --rendezvous --launcher --collective_timeout (launch.h has
// the rule). Adds to `errors` what is wrong.
void TakeLaunchFlags(RankOptions* options, FlagErrors* errors);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_LAUNCH_FLAGS_H_
