// A classifier's predictions for an image set, held against its labels.
#ifndef MASKFILL_CORE_METRICS_SCORE_SET_H_
#define MASKFILL_CORE_METRICS_SCORE_SET_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/base/progress.h"
#include "core/metrics/accuracy.h"
#include "core/model/image_classifier.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// Of the rules by which images count; raised when they change.
inline constexpr uint32_t kScoringVersion = 1;

struct ScoreOptions {
  int64_t batch_size = 64;       // images per forward pass
  int num_threads = 0;           // that decode; 0: all cores
  Progress* progress = nullptr;  // counts images; may be null
};

// What predictions hold besides what AccuracyMeter says.
struct PredictionContents {
  bool logits = false;    // of all classes
  bool features = false;  // raw projected ones
};

// Called for every image, in order; may be null.
using OnPrediction =
    std::function<absl::Status(const v1::PredictionRecord& prediction)>;

// Likewise, of the model with this index.
using OnModelPrediction =
    std::function<absl::Status(size_t model, v1::PredictionRecord prediction)>;

// What each of several classifiers, which take images of one size, says of the
// images of a shard. Images are decoded once; each batch goes through one
// classifier after another.
absl::Status PredictShard(absl::Span<const ImageClassifier> classifiers,
                          const RecordSet& images, int64_t shard,
                          const ScoreOptions& options,
                          const PredictionContents& contents,
                          const OnModelPrediction& on_prediction);

// Top-1, top-5 and loss by AccuracyMeter's rules: all labels of an image
// count, those that the set does not allow do not. Whoever asks (eval, the
// validation of a training) gets the same number for the same classifier and
// set. Images are decoded on other threads while the model runs.
//
//   ASSIGN_OR_RETURN(const AccuracySums sums,
//                    ScoreSet(classifier, images, {}));
//   double top1 = sums.Top1();
//
// A classifier is a frozen one (ImageClassifier::FromCheckpoint) and fits
// the set (CheckFitsModel). Errors name the image: FailedPrecondition for a
// label that is no row of the head, DataLoss for a logit that is not finite,
// and those of reading. Cancelled when the process was told to stop.
absl::StatusOr<AccuracySums> ScoreShard(
    const ImageClassifier& classifier, const RecordSet& images, int64_t shard,
    const ScoreOptions& options, const OnPrediction& on_prediction = nullptr);

// All shards, one after another. FailedPrecondition when no image has an
// allowed label (CheckCounted).
absl::StatusOr<AccuracySums> ScoreSet(
    const ImageClassifier& classifier, const RecordSet& images,
    const ScoreOptions& options, const OnPrediction& on_prediction = nullptr);

// FailedPrecondition when not one image of the set was counted: there is no
// accuracy then.
absl::Status CheckCounted(const RecordSet& images, const AccuracySums& sums);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_SCORE_SET_H_
