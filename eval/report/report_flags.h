// The flags of report.
#ifndef MASKFILL_EVAL_REPORT_REPORT_FLAGS_H_
#define MASKFILL_EVAL_REPORT_REPORT_FLAGS_H_

#include "absl/status/statusor.h"
#include "eval/report/report.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag; NotFound when
// --reports matches no file.
absl::StatusOr<ReportOptions> ReportOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_FLAGS_H_
