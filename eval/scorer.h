// A classifier's predictions for the images of a shard, held against their
// labels.
#ifndef MASKFILL_EVAL_SCORER_H_
#define MASKFILL_EVAL_SCORER_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "core/model/image_batches.h"
#include "core/model/image_classifier.h"
#include "core/record/record_set.h"
#include "eval/accuracy.h"
#include "proto/records.pb.h"

namespace maskfill {

struct ScorerOptions {
  int64_t batch_size = 64;
  int num_threads = 0;  // that decode; 0: all cores
};

// Scores one shard after another; images are decoded on other threads while
// the model runs. Not thread-safe.
class Scorer {
 public:
  // Called for every image, in order.
  using OnPrediction =
      std::function<absl::Status(const v1::PredictionRecord& prediction)>;

  // `progress` counts images.
  Scorer(ImageClassifier classifier, const ScorerOptions& options,
         Progress* progress);

  // Cancelled when the process was told to stop. Errors of AccuracyMeter name
  // the image. `on_prediction` may be null.
  absl::StatusOr<AccuracySums> ScoreShard(const RecordSet& images,
                                          int64_t shard,
                                          const OnPrediction& on_prediction);

 private:
  absl::Status ScoreBatch(const ImageBatch& batch, AccuracyMeter& meter,
                          const OnPrediction& on_prediction);

  const ImageClassifier classifier_;
  const ScorerOptions options_;
  Progress* const progress_;
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_SCORER_H_
