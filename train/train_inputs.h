// What a training run reads, and what it is asked for in one manifest.
#ifndef MASKFILL_TRAIN_TRAIN_INPUTS_H_
#define MASKFILL_TRAIN_TRAIN_INPUTS_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "core/data/feature_reader.h"
#include "core/masking/counterfactual_options.h"
#include "core/model/checkpoint.h"
#include "core/model/model_config.h"
#include "core/record/record_set.h"
#include "core/text/zeroshot_head.h"
#include "core/work/work.h"
#include "proto/manifest.pb.h"
#include "train/train_options.h"

namespace maskfill {

struct TrainInputs {
  RecordSet images;
  std::optional<RecordSet> counterfactuals;
  std::optional<RecordSet> validation;
  CheckpointFile checkpoint;
  std::optional<CheckpointFile> teacher = std::nullopt;
  // Those of a frozen tower that are not computed, the teacher's or the
  // student's; or null.
  std::shared_ptr<const FeatureReader> features = nullptr;
  // Where online counterfactuals have donors from other images than `images`.
  std::optional<RecordSet> donors = std::nullopt;
  // The classes whose head follows the text tower where that trains.
  std::optional<ZeroshotHeadOptions> text_head = std::nullopt;
};

// The checkpoint's, with the head that it is trained with.
ModelConfig StudentConfig(const TrainInputs& inputs);

// How online counterfactuals are made for the student `config`.
CounterfactualOptions OnlineOptions(const TrainOptions& options,
                                    const ModelConfig& config);

// Opens the sets and the checkpoints; reads no records and no weights. Errors
// name the flag. FailedPrecondition when sets and checkpoints do not fit each
// other.
absl::StatusOr<TrainInputs> OpenTrainInputs(const TrainOptions& options);

// All that decides the result, not where and in how many parts it is computed.
Work TrainWork(const TrainOptions& options, const TrainInputs& inputs);

// What else is needed to replay the run (device, parts of a batch, ranks,
// threads), for the checkpoints that it writes.
void AddTrainNotes(const TrainOptions& options, v1::Manifest* entry);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_TRAIN_INPUTS_H_
