#include "eval/report/report_flags.h"

#include <string>
#include <vector>

#include "core/base/flag_errors.h"
#include "core/base/glob.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(reports, "",
              "reports of eval: files or quoted globs, comma separated; rows "
              "are in this order. A file's name without .json and without a "
              "trailing -seed<N> is the row's name: ft-seed0.json and "
              "ft-seed1.json make one row, ft, with mean and population "
              "standard deviation. Required");
DEFINE_string(id, "",
              "names of the in-distribution sets, comma separated: they come "
              "first, and the last column is the mean over the others, the "
              "OOD average. Empty: the last column is the mean over all sets");
DEFINE_string(baseline, "",
              "names of rows, comma separated: for each a table of the other "
              "rows' differences to it, paired by seed. A row without seeds, "
              "such as zero-shot, is compared with every seed");
DEFINE_string(
    format, "md,csv",
    "what to write into --output, a directory for report.md, "
    "report.csv and so on, without which the tables are only printed, "
    "as Markdown; comma separated: md, csv, latex "
    "(needs the booktabs package), json (everything, not rounded), "
    "html");

namespace maskfill {

absl::StatusOr<ReportOptions> ReportOptionsFromFlags() {
  FlagErrors errors;
  ReportOptions options;
  const std::vector<std::string> patterns = ParseList(FLAGS_reports);
  if (patterns.empty()) {
    errors.Add(
        "--reports is missing, expected the files that eval --output wrote");
  }
  options.id_sets = ParseList(FLAGS_id);
  options.baselines = ParseList(FLAGS_baseline);
  TakeOutputFlags("", &options.run, &errors);
  options.formats.clear();
  for (const std::string& text : ParseList(FLAGS_format)) {
    const absl::StatusOr<ReportFormat> format = ParseReportFormat(text);
    errors.Add(format.status());
    if (format.ok()) options.formats.push_back(*format);
  }
  if (FLAGS_format.empty()) {
    errors.Add("--format is empty, expected md, csv, latex, json or html");
  }
  if (!gflags::GetCommandLineFlagInfoOrDie("format").is_default &&
      options.run.output.empty()) {
    errors.Add("--format needs --output, the directory to write into");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(options.reports,
                   Annotate(ExpandGlobs(patterns), "--reports"));
  return options;
}

}  // namespace maskfill
