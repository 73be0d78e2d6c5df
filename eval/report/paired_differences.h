// How methods differ from one of them, seed by seed.
#ifndef MASKFILL_EVAL_REPORT_PAIRED_DIFFERENCES_H_
#define MASKFILL_EVAL_REPORT_PAIRED_DIFFERENCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/metrics/paired_tests.h"
#include "eval/report/accuracy_table.h"

namespace maskfill {

// Differences vary far less over seeds than accuracies do: both methods of a
// pair saw the same draws of everything that the seed decides.
struct PairedDifferences {
  struct Pair {
    std::optional<int64_t> seed;  // none where neither method has seeds
    Accuracies difference;        // method - baseline, in points
    size_t method_run = 0;        // the evaluations of the two
    size_t baseline_run = 0;
  };
  struct Method {
    std::string name;
    std::vector<Pair> pairs;  // by seed; empty when no seed is common
    Accuracies mean;          // over the pairs
    // Where predictions were given (significance.h): per column the 95 %
    // interval of the mean, and per set McNemar's test of each pair.
    std::vector<std::optional<BootstrapInterval>> intervals;
    std::vector<std::vector<McNemarTest>> tests;
  };

  std::string baseline;
  std::vector<Method> methods;  // all others, in the table's order
};

// Runs with equal seeds are paired; a method without seeds (zero-shot) is
// compared with every run of the other. InvalidArgument, with the names that
// there are, when `baseline` is no method of the table.
absl::StatusOr<PairedDifferences> CompareWith(const AccuracyTable& table,
                                              const std::string& baseline);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAIRED_DIFFERENCES_H_
