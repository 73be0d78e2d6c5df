#include "eval/report/report.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/work/directory.h"
#include "eval/report/accuracy_table.h"
#include "eval/report/paired_differences.h"
#include "eval/report/text_table.h"

namespace maskfill {
namespace {

struct Document {
  std::string file;
  std::string text;
};

std::vector<Document> Documents(
    ReportFormat format, const AccuracyTable& table,
    const std::vector<PairedDifferences>& differences,
    const std::vector<TextTable>& tables) {
  switch (format) {
    case ReportFormat::kMarkdown:
      return {{"report.md", ToMarkdown(tables)}};
    case ReportFormat::kLatex:
      return {{"report.tex", ToLatex(tables)}};
    case ReportFormat::kHtml:
      return {{"report.html", ToHtml(tables)}};
    case ReportFormat::kJson:
      return {{"report.json", ReportJson(table, differences)}};
    case ReportFormat::kCsv:
      break;
  }
  std::vector<Document> documents = {{"report.csv", AccuracyCsv(table)}};
  if (!differences.empty()) {
    documents.push_back(
        {"report-differences.csv", DifferenceCsv(table, differences)});
  }
  return documents;
}

// All that Documents() may write.
std::vector<std::string> Files() {
  return {"report.md",  "report.csv",  "report-differences.csv",
          "report.tex", "report.json", "report.html"};
}

absl::StatusOr<Work> WorkOf(const ReportOptions& options) {
  Work work{.tool = "report", .algorithm_version = kReportVersion};
  work.AddOption("id", absl::StrJoin(options.id_sets, ","));
  work.AddOption("baseline", absl::StrJoin(options.baselines, ","));
  std::vector<std::string> formats;
  for (const ReportFormat format : options.formats) {
    formats.push_back(absl::StrCat(static_cast<int>(format)));
  }
  work.AddOption("format", absl::StrJoin(formats, ","));
  for (const std::string& path : options.reports) {
    ASSIGN_OR_RETURN(const std::string digest, Sha256HexOfFile(path));
    // Its name is the row's.
    work.AddInput(Basename(path), path, digest);
  }
  return work;
}

}  // namespace

absl::StatusOr<std::string> Report(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const AccuracyTable table,
                   ReadReports(options.reports, options.id_sets));
  std::vector<TextTable> tables = {AccuracyText(table)};
  std::vector<PairedDifferences> differences;
  for (const std::string& baseline : options.baselines) {
    ASSIGN_OR_RETURN(PairedDifferences comparison,
                     CompareWith(table, baseline));
    tables.push_back(DifferenceText(table, comparison));
    differences.push_back(std::move(comparison));
  }
  if (options.run.output.empty()) return ToMarkdown(tables);
  std::vector<Document> documents;
  for (const ReportFormat format : options.formats) {
    for (Document& document : Documents(format, table, differences, tables)) {
      documents.push_back(std::move(document));
    }
  }
  ASSIGN_OR_RETURN(const Work work, WorkOf(options));
  RETURN_IF_ERROR(
      MakeDirectory(options.run, work, Files(),
                    [&](const std::string& dir, v1::Manifest*) -> absl::Status {
                      for (const Document& document : documents) {
                        RETURN_IF_ERROR(WriteFileAtomically(
                            JoinPath(dir, document.file), document.text));
                      }
                      return absl::OkStatus();
                    })
          .status());
  return ToMarkdown(tables);
}

}  // namespace maskfill
