// The report of an evaluation as a file and as tables.
#ifndef MASKFILL_EVAL_EVAL_REPORT_H_
#define MASKFILL_EVAL_EVAL_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/atomic_file.h"
#include "proto/eval_report.pb.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Of an evaluation with this fingerprint, without numbers.
v1::EvalReport NewReport(const std::string& fingerprint,
                         const std::vector<std::string>& id_sets);

// Fills the means over the sets, of a curve those of each point, appends the
// report to `file`, and counts "top1 <set>" in the ledger's `entry`.
absl::Status WriteReport(v1::EvalReport* report, AtomicFile& file,
                         v1::Manifest* entry);

// Protobuf JSON.
absl::StatusOr<std::string> EvalReportJson(const v1::EvalReport& report);
// NotFound when there is no such file, DataLoss when it is no report.
absl::StatusOr<v1::EvalReport> ReadEvalReport(const std::string& path);

// One row per set, aligned, and the means where there are several.
std::string EvalTable(const v1::EvalReport& report);
// Likewise: the interval of top-1, the mean over classes, the worst group,
// calibration; then accuracies among other sets' classes and the most frequent
// confusions, where there are any.
std::string DetailTable(const v1::EvalReport& report);
// Top-1, one row per point of a curve, one column per set and mean.
std::string CurveTable(const v1::EvalReport& report);
// Likewise, one row per report; `names`: theirs. All have the same sets.
std::string ComparisonTable(const std::vector<std::string>& names,
                            const std::vector<v1::EvalReport>& reports);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_REPORT_H_
