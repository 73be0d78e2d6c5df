// What a training run reads, and what it is asked for in one manifest.
#ifndef MASKFILL_TRAIN_TRAIN_INPUTS_H_
#define MASKFILL_TRAIN_TRAIN_INPUTS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/record/record_set.h"
#include "proto/checkpoint.pb.h"
#include "proto/manifest.pb.h"
#include "train/train_options.h"

namespace maskfill {

struct TrainInputs {
  RecordSet images;
  std::optional<RecordSet> counterfactuals;
  std::optional<RecordSet> validation;
  std::string checkpoint_fingerprint;
  std::string teacher_fingerprint;  // empty without teacher
};

// Opens the sets and reads the checkpoints' fingerprints; no records, no
// weights. Errors name the flag. FailedPrecondition when the validation set
// has other classes than the images.
absl::StatusOr<TrainInputs> OpenTrainInputs(const TrainOptions& options);

// The run as a manifest without shards: all options that change the result
// (not where and in how many parts it is computed), the seed, the inputs, the
// fingerprint.
v1::Manifest TrainPlan(const TrainOptions& options, const TrainInputs& inputs);

// The same for the checkpoints that the run writes, with what else is needed
// to replay it (device, parts of a batch, threads).
v1::Provenance TrainProvenance(const TrainOptions& options,
                               const v1::Manifest& plan);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAIN_INPUTS_H_
