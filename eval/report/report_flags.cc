#include "eval/report/report_flags.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/glob.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "eval/report/page/repeat_command.h"
#include "gflags/gflags.h"

DEFINE_string(reports, "",
              "reports of eval: files or quoted globs, comma separated; rows "
              "are in this order. NAME=FILES says which method they are of; "
              "else provenance does, and where that cannot tell methods apart "
              "the file's name without .json and a trailing -seed<N>. Seeds of "
              "one method make one row with mean and population standard "
              "deviation. WiSE-FT curves (eval --alphas) are drawn into the "
              "page. Required");
DEFINE_string(id, "",
              "names of the in-distribution sets, comma separated: they come "
              "first, and the last column is the mean over the others, the "
              "OOD average. Empty: as the reports say, else the last column is "
              "the mean over all sets");
DEFINE_string(baseline, "",
              "names of rows, comma separated: for each a table of the other "
              "rows' differences to it, paired by seed. A row without seeds, "
              "such as zero-shot, is compared with every seed. The page is "
              "about the best row against the first of these");
DEFINE_string(predictions, "",
              "directories of eval --predictions, quoted globs among them, "
              "comma separated: differences get intervals (paired bootstrap "
              "over the images) and McNemar's test, the page images that the "
              "models are wrong about");
DEFINE_string(published, "",
              "JSON file of published values (workflows/published), which are "
              "shown beside ours, or empty");
DEFINE_bool(mixed, false,
            "allow reports of evaluations in different precisions");
DEFINE_string(
    format, "md,csv",
    "what to write into --output, a directory for report.md, "
    "report.csv and so on, without which the tables are only printed, "
    "as Markdown; comma separated: md, csv, latex "
    "(needs the booktabs package), json (everything, not rounded), "
    "html (index.html, a page to look at)");
DEFINE_string(
    records, "",
    "for the page: stage directories of images, CAMs and "
    "counterfactuals, quoted globs among them, comma separated, whose "
    "pictures are shown; which belong together is read from their "
    "manifests");
DEFINE_string(runs, "",
              "for the page: directories of train, quoted globs among them, "
              "comma separated, whose curves are drawn");
DEFINE_string(cam_stats, "",
              "for the page: JSON files of mask_tool --stats, comma separated");
DEFINE_string(disagreement, "",
              "for the page: JSON file with \"rows\" of mask, fill, "
              "threshold or rate, disagreement, standard_error and clean");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"reports", {.path = FlagPath::kInputFile, .list = true, .required = true}},
    {"predictions", {.path = FlagPath::kInputDirectory, .list = true}},
    {"published", {.path = FlagPath::kInputFile}},
    {"format",
     {.list = true, .values = {"md", "csv", "latex", "json", "html"}}},
    {"records", {.path = FlagPath::kInputDirectory, .list = true}},
    {"runs", {.path = FlagPath::kInputDirectory, .list = true}},
    {"cam_stats", {.path = FlagPath::kInputFile, .list = true}},
    {"disagreement", {.path = FlagPath::kInputFile}},
    {"output", {.path = FlagPath::kOutputDirectory}},
});

}  // namespace

namespace {

// "ft=eval/ft-*.json" names the method; a path may have an equals sign too.
ReportFile ToReportFile(const std::string& text) {
  const size_t at = text.find('=');
  if (at == std::string::npos || at == 0 || text.find('/') < at ||
      PathExists(text)) {
    return {.path = text};
  }
  return {.path = text.substr(at + 1), .method = text.substr(0, at)};
}

absl::StatusOr<std::vector<ReportFile>> ExpandReports(
    const std::vector<std::string>& texts) {
  std::vector<ReportFile> files;
  for (const std::string& text : texts) {
    const ReportFile pattern = ToReportFile(text);
    ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                     Annotate(ExpandGlobs({pattern.path}), "--reports"));
    for (const std::string& path : paths) {
      files.push_back({.path = path, .method = pattern.method});
    }
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> ExpandFlag(const char* name,
                                                    const std::string& value) {
  return Annotate(ExpandGlobs(ParseList(value)), absl::StrCat("--", name));
}

// Without where it goes to, so that the same inputs make the same page.
std::string Command() {
  std::string command = "report";
  for (const char* name :
       {"reports", "id", "baseline", "predictions", "published", "mixed",
        "format", "records", "runs", "cam_stats", "disagreement"}) {
    const auto flag = gflags::GetCommandLineFlagInfoOrDie(name);
    if (flag.is_default) continue;
    absl::StrAppend(&command, " --", name, "=", ShellWord(flag.current_value));
  }
  return command;
}

}  // namespace

absl::StatusOr<ReportOptions> ReportOptionsFromFlags() {
  FlagErrors errors;
  ReportOptions options;
  const std::vector<std::string> patterns = ParseList(FLAGS_reports);
  errors.Require("reports", patterns, "the files that eval --output wrote");
  options.id_sets = ParseList(FLAGS_id);
  options.baselines = ParseList(FLAGS_baseline);
  options.published = FLAGS_published;
  options.mixed = FLAGS_mixed;
  options.disagreement = FLAGS_disagreement;
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
  ASSIGN_OR_RETURN(options.reports, ExpandReports(patterns));
  ASSIGN_OR_RETURN(options.predictions,
                   ExpandFlag("predictions", FLAGS_predictions));
  ASSIGN_OR_RETURN(options.records, ExpandFlag("records", FLAGS_records));
  ASSIGN_OR_RETURN(options.runs, ExpandFlag("runs", FLAGS_runs));
  ASSIGN_OR_RETURN(options.cam_stats, ExpandFlag("cam_stats", FLAGS_cam_stats));
  options.command = Command();
  return options;
}

}  // namespace maskfill
