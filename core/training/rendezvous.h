// Where the ranks of one training find each other before they are connected.
#ifndef MASKFILL_CORE_TRAINING_RENDEZVOUS_H_
#define MASKFILL_CORE_TRAINING_RENDEZVOUS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "c10/util/intrusive_ptr.h"
#include "core/training/launch.h"
#include "torch/csrc/distributed/c10d/Store.hpp"

namespace maskfill {

using StorePtr = c10::intrusive_ptr<c10d::Store>;

// What all ranks write to and read from, at launch.rendezvous: a file, or a
// port at which rank 0 or the launcher listens. Unavailable when nobody does
// within `timeout`, Cancelled when this process is told to stop.
absl::StatusOr<StorePtr> OpenStore(const Launch& launch,
                                   absl::Duration timeout);

// Returns when all ranks have come; Unavailable, with the numbers of those who
// are missing, when they have not within `timeout`.
absl::Status MeetAll(const Launch& launch, absl::Duration timeout,
                     c10d::Store& store);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_RENDEZVOUS_H_
