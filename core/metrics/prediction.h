// Records of predictions, and what they say. Knows no torch.
#ifndef MASKFILL_CORE_METRICS_PREDICTION_H_
#define MASKFILL_CORE_METRICS_PREDICTION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/metrics/accuracy.h"
#include "proto/records.pb.h"

namespace maskfill {

// Without logits and features.
v1::PredictionRecord ToPrediction(const v1::ImageRecord& image,
                                  const ScoredImage& scored);

// Puts another answer for the same image into `prediction`.
void SetScored(const ScoredImage& scored, v1::PredictionRecord* prediction);

// Of the model's head. FailedPrecondition when the prediction has no logits.
absl::StatusOr<int64_t> NumClassesOf(const v1::PredictionRecord& prediction);

// What `meter` says of its logits, in place of what it says. FailedPrecondition
// when it has none, DataLoss when they are damaged or of another number of
// classes.
absl::Status Rescore(AccuracyMeter& meter, v1::PredictionRecord* prediction);

// All that count as right.
template <typename Record>
std::vector<int64_t> LabelsOf(const Record& record) {
  std::vector<int64_t> labels = {record.label()};
  labels.insert(labels.end(), record.other_labels().begin(),
                record.other_labels().end());
  return labels;
}

// Whether the most likely class is right; one of the five is.
bool IsTop1Right(const v1::PredictionRecord& prediction);
bool IsTop5Right(const v1::PredictionRecord& prediction);

// The probability of its most likely class.
double ConfidenceOf(const v1::PredictionRecord& prediction);

// As AccuracyMeter counted it.
AccuracySums SumsOf(const v1::PredictionRecord& prediction);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_PREDICTION_H_
