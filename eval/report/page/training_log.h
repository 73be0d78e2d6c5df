// How a training went, step by step.
#ifndef MASKFILL_EVAL_REPORT_PAGE_TRAINING_LOG_H_
#define MASKFILL_EVAL_REPORT_PAGE_TRAINING_LOG_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace maskfill {

struct TrainingLog {
  // (step, value), ascending.
  using Curve = std::vector<std::pair<double, double>>;

  std::string dir;
  std::string fingerprint;  // of the run, as provenance has it
  // By the name of metrics.jsonl's members ("loss", "ce", "accuracy"), those of
  // validation.jsonl after "validation_".
  std::map<std::string, Curve> curves;
};

// Of the directory that train writes. NotFound when it holds no metrics.jsonl
// or no entry of the ledger; DataLoss for a line that is no object with a step.
absl::StatusOr<TrainingLog> ReadTrainingLog(const std::string& dir);

// As many points or fewer, each the mean of as many of the curve's.
TrainingLog::Curve Thinned(const TrainingLog::Curve& curve, size_t points);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_TRAINING_LOG_H_
