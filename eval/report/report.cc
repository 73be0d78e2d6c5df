#include "eval/report/report.h"

#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/base/status_macros.h"
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
  if (!options.output.empty()) {
    RETURN_IF_ERROR(MakeDirectories(options.output));
    RETURN_IF_ERROR(RemoveStaleTemporaries(options.output));
    for (const ReportFormat format : options.formats) {
      for (const Document& document :
           Documents(format, table, differences, tables)) {
        RETURN_IF_ERROR(WriteFileAtomically(
            JoinPath(options.output, document.file), document.text));
      }
    }
  }
  return ToMarkdown(tables);
}

}  // namespace maskfill
