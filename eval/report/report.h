// One table over the reports of several models: methods as rows, image sets
// as columns, like the tables of the field's papers, and how the methods
// differ from one of them.
#ifndef MASKFILL_EVAL_REPORT_REPORT_H_
#define MASKFILL_EVAL_REPORT_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "eval/report/report_format.h"

namespace maskfill {

// Raised when the same reports give other tables.
inline constexpr int kReportVersion = 1;

struct ReportOptions {
  RunOptions run;                      // output: a directory; empty: print only
  std::vector<std::string> reports;    // EvalReport JSON files, rows in order
  std::vector<std::string> id_sets;    // in-distribution; may be empty
  std::vector<std::string> baselines;  // a table of differences to each
  std::vector<ReportFormat> formats = {ReportFormat::kMarkdown,
                                       ReportFormat::kCsv};
};

// Makes the directory run.output with report.{md,csv,tex,json,html} and, for
// csv and baselines, report-differences.csv (core/work/directory.h); returns
// the tables as Markdown. Errors of ReadReports, CompareWith and MakeDirectory.
absl::StatusOr<std::string> Report(const ReportOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_H_
