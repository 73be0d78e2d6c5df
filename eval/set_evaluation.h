// All numbers of one image set, from one prediction after another. Knows no
// torch.
#ifndef MASKFILL_EVAL_SET_EVALUATION_H_
#define MASKFILL_EVAL_SET_EVALUATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/calibration.h"
#include "proto/eval_report.pb.h"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"

namespace maskfill {

// Of eval's reports and predictions; raised when they say something else.
inline constexpr uint32_t kEvalVersion = 2;

// The most frequent confusions of a report.
inline constexpr int kConfusions = 20;

// Adds up predictions, so that those of a run and those that it stored give
// the same numbers.
//
//   SetEvaluation evaluation(images.manifest().dataset());
//   RETURN_IF_ERROR(evaluation.Add(prediction));
//   evaluation.FillReport(&report);
class SetEvaluation {
 public:
  explicit SetEvaluation(v1::DatasetInfo dataset);

  // Also reports the accuracy among `classes`, those of the set of this name.
  // Predictions must have logits then.
  void RestrictTo(const std::string& classes_of, std::vector<int64_t> classes);
  bool needs_logits() const { return !restricted_.empty(); }

  // FailedPrecondition when logits are needed and are missing, DataLoss when
  // they are damaged.
  absl::Status Add(const v1::PredictionRecord& prediction);
  // Adds what `other`, an evaluation of the same set, has seen after this one.
  void Merge(const SetEvaluation& other);

  const AccuracySums& sums() const { return sums_; }
  const v1::DatasetInfo& dataset() const { return dataset_; }

  // All but name, fingerprint, seconds and scaled. Without `details` no table
  // of classes, confusions or bins.
  void FillReport(bool details, v1::SetReport* report) const;

 private:
  struct Restricted {
    std::string classes_of;
    std::vector<int64_t> classes;
    std::optional<AccuracyMeter> meter;  // made at the first prediction
    AccuracySums sums;
  };

  void AddToTables(const v1::PredictionRecord& prediction,
                   const AccuracySums& sums);
  absl::Status AddRestricted(v1::PredictionRecord prediction);
  // The class that an image is of: its first allowed label.
  int64_t ClassOf(const v1::PredictionRecord& prediction) const;
  std::string KeyOf(int64_t class_index) const;
  void FillClasses(v1::SetReport* report) const;
  void FillGroups(v1::SetReport* report) const;
  void FillConfusions(v1::SetReport* report) const;

  v1::DatasetInfo dataset_;
  AccuracySums sums_;
  CalibrationMeter calibration_;
  std::map<int64_t, AccuracySums> classes_;
  std::map<std::string, AccuracySums> groups_;  // without those without one
  std::map<std::pair<int64_t, int64_t>, int64_t> confusions_;
  std::vector<Restricted> restricted_;
};

v1::Interval PercentInterval(int64_t right, int64_t counted);
v1::Calibration CalibrationReport(const CalibrationMeter& meter, bool bins);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_SET_EVALUATION_H_
