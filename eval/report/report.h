// One table over the reports of several models: methods as rows, image sets
// as columns, like the tables of the field's papers, and how the methods
// differ from one of them; and a page to look at.
#ifndef MASKFILL_EVAL_REPORT_REPORT_H_
#define MASKFILL_EVAL_REPORT_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "eval/report/evaluations.h"
#include "eval/report/report_format.h"

namespace maskfill {

// Raised when the same inputs give other tables or another page.
inline constexpr int kReportVersion = 4;

struct ReportOptions {
  RunOptions run;                   // output: a directory; empty: print only
  std::vector<ReportFile> reports;  // EvalReport JSON files, rows in order
  // In-distribution; empty: those that the reports name.
  std::vector<std::string> id_sets;
  std::vector<std::string> baselines;  // a table of differences to each
  std::vector<ReportFormat> formats = {ReportFormat::kMarkdown,
                                       ReportFormat::kCsv};
  bool mixed = false;                    // reports may differ in precision
  std::string published;                 // JSON (published.h), or empty
  std::vector<std::string> predictions;  // directories (predictions.h)
  // Of the page alone:
  std::vector<std::string> records;    // stage directories (picture_sets.h)
  std::vector<std::string> runs;       // of train
  std::vector<std::string> cam_stats;  // JSON of mask_tool --stats
  std::string disagreement;            // JSON, or empty
  std::string command;                 // that repeats this, for people
};

// Makes the directory run.output with report.{md,csv,tex,json}, for csv the
// other tables as report-*.csv, and for html index.html
// (core/work/directory.h); returns the tables as Markdown. Errors of
// ReadEvaluations, TableOf, CompareWith, AddSignificance, ReadPublished,
// MakeDirectory and of reading what the page shows.
absl::StatusOr<std::string> Report(const ReportOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_H_
