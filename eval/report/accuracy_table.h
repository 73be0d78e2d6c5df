// Accuracies of several methods on several image sets, over seeds.
#ifndef MASKFILL_EVAL_REPORT_ACCURACY_TABLE_H_
#define MASKFILL_EVAL_REPORT_ACCURACY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace maskfill {

// A number per column of the table; empty where a model was not evaluated on
// a set, and for averages that such a set belongs to.
using Accuracies = std::vector<std::optional<double>>;

struct AccuracyTable {
  struct Column {
    enum class Kind { kSet, kAverage };
    std::string name;
    Kind kind = Kind::kSet;
    std::string fingerprint;  // of the set's images
    bool in_distribution = false;
  };
  // One report of eval.
  struct Run {
    std::optional<int64_t> seed;
    std::string path;
    Accuracies top1;  // percent
  };
  struct Method {
    std::string name;
    std::vector<Run> runs;  // by seed, all on the same sets
    Accuracies mean;        // over the runs
    // Population standard deviation over the runs; empty for a single one.
    Accuracies deviation;
  };

  // The column in which methods are compared first, "OOD avg" or "mean".
  const Column& overall() const { return columns.back(); }

  // The sets, those of `id_sets` first, then the averages: "mean" of all sets
  // when there are no ID sets, else "ID avg" (when there are several) and "OOD
  // avg" of the sets that are no ID sets. Unweighted, as in the papers.
  std::vector<Column> columns;
  std::optional<size_t> id_column;  // the ID set, or "ID avg"
  std::vector<Method> methods;      // in order of appearance
};

// Reads reports of eval. A file's name without ".json" and without a trailing
// "-seed<N>" is its method; the files of one method make one row. NotFound for
// a missing file, DataLoss for one that is no report. FailedPrecondition when
// two reports used different images under one set name, or runs of one method
// other sets. InvalidArgument when a method has a seed twice, or runs with and
// without one, and for `id_sets` that are in no report or leave no other set.
absl::StatusOr<AccuracyTable> ReadReports(
    const std::vector<std::string>& paths,
    const std::vector<std::string>& id_sets = {});

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_ACCURACY_TABLE_H_
