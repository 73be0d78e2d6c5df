// A validation set scored by all processes of a training.
#ifndef MASKFILL_TRAIN_SCORE_IN_RANKS_H_
#define MASKFILL_TRAIN_SCORE_IN_RANKS_H_

#include "absl/status/statusor.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/score_set.h"
#include "core/model/image_classifier.h"
#include "core/record/record_set.h"
#include "core/training/process_group.h"

namespace maskfill {

// ScoreSet() of all images, to every rank: each scores its share of the shards.
// Errors are those of ScoreSet(), of any rank.
absl::StatusOr<AccuracySums> ScoreInRanks(const ImageClassifier& classifier,
                                          const RecordSet& images,
                                          const ScoreOptions& options,
                                          ProcessGroup& group);

}  // namespace maskfill

#endif  // MASKFILL_TRAIN_SCORE_IN_RANKS_H_
