// The train program: from shards and checkpoints to a fine-tuned checkpoint.
#ifndef MASKFILL_TRAIN_TRAIN_H_
#define MASKFILL_TRAIN_TRAIN_H_

#include "absl/status/statusor.h"
#include "core/work/work_result.h"
#include "train/train_options.h"

namespace maskfill {

// Trains as `options` say and leaves in --output what TrainFiles() lists.
// Goes on from the newest state of an earlier run of the same options; a
// finished one is a quick no-op. On the CPU a run that was stopped and went on
// ends with the same bits as one that was not.
//
// Of several ranks (options.ranks) each computes its slice of every batch; rank
// 0 alone writes and decides what is left to do, the others follow. Any number
// of ranks goes on with a run, up to rounding. All end with the same status.
//
// In the result `records` counts images trained on by this call; the
// manifest's counters are steps, loss and accuracy of the last step, and, with
// --validation, best_accuracy and best_step.
//
// Errors as of MakeRun, and NotFound, FailedPrecondition and DataLoss of the
// inputs; DivergedError, with nothing published; Cancelled when told to stop:
// the state is saved, the same command goes on; from here on SIGUSR1 has the
// state saved and the run go on. Unavailable when another rank
// is lost.
absl::StatusOr<WorkResult> Train(const TrainOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAIN_H_
