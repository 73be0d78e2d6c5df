// Numbers that other stages wrote as JSON: of thresholds, and of how far two
// models disagree.
#ifndef MASKFILL_EVAL_REPORT_PAGE_STAGE_NUMBERS_H_
#define MASKFILL_EVAL_REPORT_PAGE_STAGE_NUMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace maskfill {

// What mask_tool --stats says of a set of CAMs.
struct ThresholdNumbers {
  struct Threshold {
    double threshold = 0;
    // Of the masked fractions of all images, 0 to 1.
    double mean = 0;
    double lower_quartile = 0;
    double upper_quartile = 0;
    int64_t none_masked = 0;  // images
    int64_t all_masked = 0;
  };
  std::string path;
  int64_t cams = 0;
  std::vector<Threshold> thresholds;
};

// DataLoss when it is no such file.
absl::StatusOr<ThresholdNumbers> ReadThresholdNumbers(const std::string& path);

// How far two models are apart on counterfactuals, before any distillation.
struct DisagreementNumbers {
  struct Row {
    std::string mask;
    std::string fill;
    std::optional<double> cut;  // threshold or rate
    double disagreement = 0;
    std::optional<double> clean;  // of the same models on the images themselves
    std::optional<double> standard_error = {};  // of it, over the images
  };
  std::string path;  // empty: none was given
  std::vector<Row> rows;
};

// Of {"rows": [{"mask", "fill", "threshold" or "rate", "disagreement",
// "clean"}]}. DataLoss when it is no such file.
absl::StatusOr<DisagreementNumbers> ReadDisagreement(const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_STAGE_NUMBERS_H_
