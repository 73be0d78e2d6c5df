// How methods differ from one of them, seed by seed.
#ifndef MASKFILL_EVAL_REPORT_PAIRED_DIFFERENCES_H_
#define MASKFILL_EVAL_REPORT_PAIRED_DIFFERENCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/report/accuracy_table.h"

namespace maskfill {

// Differences vary far less over seeds than accuracies do: both methods of a
// pair saw the same draws of everything that the seed decides.
struct PairedDifferences {
  struct Pair {
    std::optional<int64_t> seed;  // none where neither method has seeds
    Accuracies difference;        // method - baseline, in points
  };
  struct Method {
    std::string name;
    std::vector<Pair> pairs;  // by seed; empty when no seed is common
    Accuracies mean;          // over the pairs
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
