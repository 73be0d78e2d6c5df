// Accuracies of several methods on several image sets, over seeds.
#ifndef MASKFILL_EVAL_REPORT_ACCURACY_TABLE_H_
#define MASKFILL_EVAL_REPORT_ACCURACY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/report/evaluations.h"
#include "google/protobuf/repeated_field.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

// A number per column of the table; empty where a model was not evaluated on
// a set, and for averages that such a set belongs to.
using Accuracies = std::vector<std::optional<double>>;

struct AccuracyTable {
  struct Column {
    enum class Kind { kSet, kAverage };
    std::string name;
    Kind kind = Kind::kSet;
    std::string fingerprint = {};  // of the set's images
    bool in_distribution = false;
    int64_t images = 0;   // of a set
    int64_t counted = 0;  // of these with an allowed label; 0: not known
  };
  // One report of eval.
  struct Run {
    std::optional<int64_t> seed;
    std::string path;
    size_t evaluation = 0;  // index of what it is from
    Accuracies top1;        // percent
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

using SetReports = google::protobuf::RepeatedPtrField<v1::SetReport>;

// Top-1 by column: that of the sets, and the averages of what there is.
Accuracies Cells(const AccuracyTable& table, const SetReports& sets);

// One row for each method of `evaluations`; curves make none.
// FailedPrecondition when two reports used different images under one set name,
// sets have other class lists, runs of one method other sets, or reports other
// precisions and not `mixed`. InvalidArgument for `id_sets` that are in no
// report or leave no other set, and without any row.
absl::StatusOr<AccuracyTable> TableOf(
    const std::vector<Evaluation>& evaluations,
    const std::vector<std::string>& id_sets = {}, bool mixed = false);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_ACCURACY_TABLE_H_
