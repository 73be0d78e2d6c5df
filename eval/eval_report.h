// The report of an evaluation as a file and as a table.
#ifndef MASKFILL_EVAL_EVAL_REPORT_H_
#define MASKFILL_EVAL_EVAL_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

// Protobuf JSON.
absl::StatusOr<std::string> EvalReportJson(const v1::EvalReport& report);
// NotFound when there is no such file, DataLoss when it is no report.
absl::StatusOr<v1::EvalReport> ReadEvalReport(const std::string& path);

// One row per set, aligned, and the mean where there are several.
std::string EvalTable(const v1::EvalReport& report);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_REPORT_H_
