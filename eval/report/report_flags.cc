#include "eval/report/report_flags.h"

#include <glob.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
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
namespace {

// The files that `pattern` matches, sorted; the pattern itself when it names
// no glob, so that a missing file is reported under its name.
std::vector<std::string> Expand(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  glob_t matches;
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
    paths.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  }
  globfree(&matches);
  return paths;
}

}  // namespace

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
  for (const std::string& pattern : patterns) {
    for (std::string& path : Expand(pattern)) {
      options.reports.push_back(std::move(path));
    }
  }
  if (options.reports.empty()) {
    return absl::NotFoundError(
        absl::StrCat("--reports=", FLAGS_reports, " matches no file"));
  }
  return options;
}

}  // namespace maskfill
