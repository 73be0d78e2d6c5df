// Tables of accuracies and differences in the words and numbers of a report.
#ifndef MASKFILL_EVAL_REPORT_REPORT_FORMAT_H_
#define MASKFILL_EVAL_REPORT_REPORT_FORMAT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/report/accuracy_table.h"
#include "eval/report/paired_differences.h"
#include "eval/report/text_table.h"

namespace maskfill {

enum class ReportFormat { kMarkdown, kCsv, kLatex, kJson, kHtml };
// "md", "csv", "latex", "json" or "html".
absl::StatusOr<ReportFormat> ParseReportFormat(absl::string_view text);

// One decimal, "93.4±0.3" over several seeds, "-" where there is no value. The
// number of seeds is a column when a method has several.
TextTable AccuracyText(const AccuracyTable& table);
// Means with two decimals; every seed's difference on the ID sets and of the
// overall average where there are several.
TextTable DifferenceText(const AccuracyTable& table,
                         const PairedDifferences& differences);

// Six significant digits, empty fields for what is missing. With several seeds
// a column "<column> std" follows each column.
std::string AccuracyCsv(const AccuracyTable& table);
// One line per baseline, method and seed.
std::string DifferenceCsv(const AccuracyTable& table,
                          const std::vector<PairedDifferences>& differences);

// Everything, not rounded:
//   {"schema_version": 1,
//    "sets": [{"name", "fingerprint", "in_distribution"}],
//    "methods": [{"name", "runs": [{"seed", "report", ACCURACIES}],
//                 "mean": {ACCURACIES}, "std": {ACCURACIES}}],
//    "differences": [{"baseline", "methods":
//        [{"name", "pairs": [{"seed", ACCURACIES}], "mean": {ACCURACIES}}]}]}
// ACCURACIES is "sets": {set: number or null} and "averages" likewise; "seed"
// is null for a method without seeds, and "std" for a single run.
std::string ReportJson(const AccuracyTable& table,
                       const std::vector<PairedDifferences>& differences);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_FORMAT_H_
