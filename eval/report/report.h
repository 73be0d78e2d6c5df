// One table over the reports of several models: methods as rows, image sets
// as columns, like the tables of the field's papers, and how the methods
// differ from one of them.
#ifndef MASKFILL_EVAL_REPORT_REPORT_H_
#define MASKFILL_EVAL_REPORT_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/report/report_format.h"

namespace maskfill {

struct ReportOptions {
  std::vector<std::string> reports;    // EvalReport JSON files, rows in order
  std::vector<std::string> id_sets;    // in-distribution; may be empty
  std::vector<std::string> baselines;  // a table of differences to each
  std::string output;                  // directory; empty: print only
  std::vector<ReportFormat> formats = {ReportFormat::kMarkdown,
                                       ReportFormat::kCsv};
};

// Writes `output`/report.{md,csv,tex,json,html} and, for csv and baselines,
// report-differences.csv; returns the tables as Markdown. Errors of
// ReadReports and CompareWith.
absl::StatusOr<std::string> Report(const ReportOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_H_
