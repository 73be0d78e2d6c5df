// Reports of eval with the names under which they are compared.
#ifndef MASKFILL_EVAL_REPORT_EVALUATIONS_H_
#define MASKFILL_EVAL_REPORT_EVALUATIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

// A file of eval, and the method it is of where the user says so.
struct ReportFile {
  std::string path;
  std::string method = {};  // empty: not said
};

struct Evaluation {
  std::string path;
  v1::EvalReport report;  // with sets, or with a curve
  std::string method;
  std::optional<int64_t> seed;
  // The file's name told the method or the seed, nothing else did.
  bool named_by_file = false;

  bool is_curve() const { return !report.curve().empty(); }
};

// Reads reports of eval. What the user says names the method; else the
// provenance in the report (run_identity.h), unless two reports of other
// recipes or with one seed would share that name; else the file's name without
// ".json" and a trailing "-seed<N>", which also gives the seed where provenance
// has none.
//
// NotFound for a missing file. DataLoss for one that is no report, whose
// accuracies are not within 0 to 100 or that has a set twice.
// FailedPrecondition when runs of one method differ in more than the seed;
// InvalidArgument when a method has a seed twice, or runs with and without one.
absl::StatusOr<std::vector<Evaluation>> ReadEvaluations(
    const std::vector<ReportFile>& files);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_EVALUATIONS_H_
