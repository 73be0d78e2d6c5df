// The report of an evaluation: as a file, as a table, and whether it is the
// one that was asked for.
#ifndef MASKFILL_EVAL_EVAL_REPORT_H_
#define MASKFILL_EVAL_EVAL_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

// SHA-256 hex over tool version, precision, checkpoint fingerprint, and name
// and fingerprint of every set.
std::string ReportFingerprint(const v1::EvalReport& report);

// Protobuf JSON, written atomically; makes the directory that `path` lies in.
absl::Status WriteEvalReport(const std::string& path,
                             const v1::EvalReport& report);
// NotFound when there is no such file, DataLoss when it is no report.
absl::StatusOr<v1::EvalReport> ReadEvalReport(const std::string& path);

// FailedPrecondition unless `found`, the report at `path`, is of the same
// evaluation as `asked`: both fingerprints and what differs.
absl::Status CheckSameEvaluation(const v1::EvalReport& asked,
                                 const v1::EvalReport& found,
                                 const std::string& path);

// One row per set, aligned, and the mean where there are several.
std::string EvalTable(const v1::EvalReport& report);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_REPORT_H_
