#include "eval/report/report.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/work/directory.h"
#include "eval/report/page/page.h"
#include "eval/report/report_json.h"
#include "eval/report/significance.h"
#include "eval/report/text_table.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

struct Document {
  std::string file;
  std::string text;
};

absl::StatusOr<std::vector<Document>> Documents(
    ReportFormat format, const PageData& data,
    const std::vector<TextTable>& tables) {
  switch (format) {
    case ReportFormat::kMarkdown:
      return std::vector<Document>{{"report.md", ToMarkdown(tables)}};
    case ReportFormat::kLatex:
      return std::vector<Document>{{"report.tex", ToLatex(tables)}};
    case ReportFormat::kHtml: {
      ASSIGN_OR_RETURN(std::string page, PageHtml(data));
      return std::vector<Document>{{"index.html", std::move(page)}};
    }
    case ReportFormat::kJson:
      return std::vector<Document>{
          {"report.json",
           ReportJson(data.table, data.differences, data.published)}};
    case ReportFormat::kCsv:
      break;
  }
  std::vector<Document> documents = {{"report.csv", AccuracyCsv(data.table)},
                                     {"report-sets.csv", SetsCsv(data.table)}};
  if (!data.differences.empty()) {
    documents.push_back({"report-differences.csv",
                         DifferenceCsv(data.table, data.differences)});
    if (!data.predictions.sets().empty()) {
      documents.push_back({"report-significance.csv",
                           SignificanceCsv(data.table, data.differences)});
    }
  }
  return documents;
}

// All that Documents() may write, and what earlier versions wrote.
std::vector<std::string> Files() {
  return {"report.md",
          "report.csv",
          "report-sets.csv",
          "report-differences.csv",
          "report-significance.csv",
          "report.tex",
          "report.json",
          "report.html",
          "index.html"};
}

absl::Status AddFile(absl::string_view role, const std::string& path,
                     Work* work) {
  ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(path));
  work->AddInput(role, path, digest);
  return absl::OkStatus();
}

// What is left at its default names no option, so that work made without it
// stays what it was.
void AddOptionIfSet(absl::string_view name, const std::string& value,
                    Work* work) {
  if (!value.empty()) work->AddOption(name, value);
}

absl::StatusOr<Work> WorkOf(const ReportOptions& options,
                            const PageData& data) {
  Work work{.tool = "report", .algorithm_version = kReportVersion};
  work.AddOption("id", absl::StrJoin(options.id_sets, ","));
  work.AddOption("baseline", absl::StrJoin(options.baselines, ","));
  std::vector<std::string> formats;
  for (const ReportFormat format : options.formats) {
    formats.push_back(absl::StrCat(static_cast<int>(format)));
  }
  work.AddOption("format", absl::StrJoin(formats, ","));
  AddOptionIfSet("mixed", options.mixed ? "true" : "", &work);
  std::vector<std::string> names;
  for (const Evaluation& evaluation : data.evaluations) {
    names.push_back(evaluation.method);
    // Its name may be the row's.
    RETURN_IF_ERROR(AddFile(Basename(evaluation.path), evaluation.path, &work));
  }
  work.AddOption("methods", absl::StrJoin(names, ","));
  for (const PredictionSet& set : data.predictions.sets()) {
    work.AddInput("predictions", set.dir, set.manifest.content_fingerprint());
  }
  if (!options.published.empty()) {
    RETURN_IF_ERROR(AddFile("published", options.published, &work));
  }
  for (const RecordSet& set : data.pictures.all()) {
    work.AddInput(set.AsInput("records"));
  }
  for (const TrainingLog& training : data.trainings) {
    RETURN_IF_ERROR(
        AddFile("run", JoinPath(training.dir, "metrics.jsonl"), &work));
  }
  for (const std::string& path : options.cam_stats) {
    RETURN_IF_ERROR(AddFile("cam_stats", path, &work));
  }
  if (!options.disagreement.empty()) {
    RETURN_IF_ERROR(AddFile("disagreement", options.disagreement, &work));
  }
  return work;
}

// Those that are asked for, else those that the reports name, which then have
// to agree: averages over other sets share no column.
absl::StatusOr<std::vector<std::string>> IdSets(
    const std::vector<std::string>& asked,
    const std::vector<Evaluation>& evaluations) {
  if (!asked.empty()) return asked;
  const auto sets = [](const Evaluation& evaluation) {
    return std::vector<std::string>(evaluation.report.id_sets().begin(),
                                    evaluation.report.id_sets().end());
  };
  for (const Evaluation& evaluation : evaluations) {
    if (sets(evaluation) != sets(evaluations[0])) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", evaluations[0].path, "\" averages over all sets but \"",
          absl::StrJoin(sets(evaluations[0]), ","), "\", \"", evaluation.path,
          "\" over all but \"", absl::StrJoin(sets(evaluation), ","),
          "\"; say which sets are in-distribution with --id"));
    }
  }
  return sets(evaluations[0]);
}

void LogNames(const std::vector<Evaluation>& evaluations) {
  for (const Evaluation& evaluation : evaluations) {
    if (!evaluation.named_by_file) continue;
    LOG(INFO) << "\"" << evaluation.path << "\" is taken for method \""
              << evaluation.method << "\""
              << (evaluation.seed.has_value()
                      ? absl::StrCat(", seed ", *evaluation.seed)
                      : "")
              << " by its name";
  }
}

// What all formats say.
absl::StatusOr<PageData> ReadNumbers(const ReportOptions& options) {
  PageData data;
  if (options.reports.empty()) {
    return absl::InvalidArgumentError("no reports are given");
  }
  ASSIGN_OR_RETURN(data.evaluations, ReadEvaluations(options.reports));
  LogNames(data.evaluations);
  ASSIGN_OR_RETURN(const std::vector<std::string> id_sets,
                   IdSets(options.id_sets, data.evaluations));
  ASSIGN_OR_RETURN(data.table,
                   TableOf(data.evaluations, id_sets, options.mixed));
  ASSIGN_OR_RETURN(data.predictions, Predictions::Read(options.predictions));
  for (const std::string& baseline : options.baselines) {
    ASSIGN_OR_RETURN(PairedDifferences comparison,
                     CompareWith(data.table, baseline));
    RETURN_IF_ERROR(AddSignificance(data.table, data.evaluations,
                                    data.predictions, &comparison));
    data.differences.push_back(std::move(comparison));
  }
  if (!options.published.empty()) {
    ASSIGN_OR_RETURN(data.published,
                     ReadPublished(options.published, data.table));
  }
  return data;
}

// What only the page shows.
absl::Status ReadPageInputs(const ReportOptions& options, PageData* data) {
  ASSIGN_OR_RETURN(data->pictures, PictureSets::Open(options.records));
  for (const std::string& dir : options.runs) {
    ASSIGN_OR_RETURN(TrainingLog training, ReadTrainingLog(dir));
    data->trainings.push_back(std::move(training));
  }
  for (const std::string& path : options.cam_stats) {
    ASSIGN_OR_RETURN(ThresholdNumbers numbers, ReadThresholdNumbers(path));
    data->thresholds.push_back(std::move(numbers));
  }
  if (!options.disagreement.empty()) {
    ASSIGN_OR_RETURN(data->disagreement,
                     ReadDisagreement(options.disagreement));
  }
  data->command = options.command;
  return absl::OkStatus();
}

std::vector<TextTable> Tables(const PageData& data) {
  std::vector<TextTable> tables = {AccuracyText(data.table)};
  for (const PairedDifferences& differences : data.differences) {
    tables.push_back(DifferenceText(data.table, differences));
    TextTable tests = McNemarText(data.table, differences);
    if (!tests.lines.empty()) tables.push_back(std::move(tests));
  }
  if (!data.published.empty()) {
    tables.push_back(PublishedText(data.table, data.published));
  }
  return tables;
}

}  // namespace

absl::StatusOr<std::string> Report(const ReportOptions& options) {
  ASSIGN_OR_RETURN(PageData data, ReadNumbers(options));
  const std::vector<TextTable> tables = Tables(data);
  if (options.run.output.empty()) return ToMarkdown(tables);
  RETURN_IF_ERROR(ReadPageInputs(options, &data));
  ASSIGN_OR_RETURN(const Work work, WorkOf(options, data));
  RETURN_IF_ERROR(
      MakeDirectory(
          options.run, work, Files(),
          [&](const std::string& dir, v1::Manifest*) -> absl::Status {
            for (const ReportFormat format : options.formats) {
              ASSIGN_OR_RETURN(const std::vector<Document> documents,
                               Documents(format, data, tables));
              for (const Document& document : documents) {
                RETURN_IF_ERROR(WriteFileAtomically(
                    JoinPath(dir, document.file), document.text));
              }
            }
            return absl::OkStatus();
          },
          "report")
          .status());
  return ToMarkdown(tables);
}

}  // namespace maskfill
