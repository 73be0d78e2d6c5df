// Stored predictions at a temperature. Knows no torch.
#ifndef MASKFILL_EVAL_SCALED_PREDICTIONS_H_
#define MASKFILL_EVAL_SCALED_PREDICTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/metrics/temperature.h"
#include "eval/stored_predictions.h"
#include "proto/eval_report.pb.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// The logits of the counted images of one set, in half precision as they were
// stored: 2 bytes per image and class.
class ScaledPredictions {
 public:
  // `dataset`: with the allowed classes, ascending. FailedPrecondition
  // when predictions have no logits.
  static absl::StatusOr<ScaledPredictions> Read(
      const StoredPredictions& predictions, const v1::DatasetInfo& dataset,
      int num_threads);

  // See FitTemperature.
  absl::StatusOr<double> FitTemperature() const;

  // All but fitted_on.
  v1::ScaledReport At(double temperature) const;

 private:
  struct ScalableImage {
    std::string below_largest;
    std::vector<int64_t> right;
    bool top1_right = false;
  };

  ScaledPredictions() = default;
  static absl::StatusOr<std::vector<ScalableImage>> ToScalable(
      const v1::DatasetInfo& dataset, PredictionList predictions);
  std::vector<StoredLogits> Stored() const;

  std::vector<ScalableImage> images_;
  std::vector<int64_t> allowed_;
  int num_threads_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_SCALED_PREDICTIONS_H_
