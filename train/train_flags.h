// The flags of train.
#ifndef MASKFILL_TRAIN_TRAIN_FLAGS_H_
#define MASKFILL_TRAIN_TRAIN_FLAGS_H_

#include "absl/status/statusor.h"
#include "train/train_options.h"

namespace maskfill {

// InvalidArgument lists every flag that is missing, wrong or of no use beside
// the others.
absl::StatusOr<TrainOptions> TrainOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAIN_FLAGS_H_
