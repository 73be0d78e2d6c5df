// Tables of accuracies and differences in the words and numbers of a report.
#ifndef MASKFILL_EVAL_REPORT_REPORT_FORMAT_H_
#define MASKFILL_EVAL_REPORT_REPORT_FORMAT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/report/accuracy_table.h"
#include "eval/report/paired_differences.h"
#include "eval/report/published.h"
#include "eval/report/text_table.h"

namespace maskfill {

enum class ReportFormat { kMarkdown, kCsv, kLatex, kJson, kHtml };
// "md", "csv", "latex", "json" or "html".
absl::StatusOr<ReportFormat> ParseReportFormat(absl::string_view text);

// One decimal, "93.4±0.3" over several seeds, "-" where there is no value. The
// number of seeds is a column when a method has several, and the number of
// images the first row where the reports have it.
TextTable AccuracyText(const AccuracyTable& table);
// Means with two decimals; of the ID sets and of the overall average every
// seed's difference where there are several, and the 95 % intervals where there
// are any.
TextTable DifferenceText(const AccuracyTable& table,
                         const PairedDifferences& differences);
// By method and set the p-value of McNemar's test, the largest of the pairs.
// Without lines when there is none.
TextTable McNemarText(const AccuracyTable& table,
                      const PairedDifferences& differences);
// Published values, in brackets what our method of the same name has more; what
// is further away than the row's tolerance is marked.
TextTable PublishedText(const AccuracyTable& table,
                        const std::vector<PublishedRow>& published);

// "93.4±0.3", "-" where there is no value.
std::string AccuracyCell(const AccuracyTable::Method& method, size_t column);
// "+0.25", "-" where there is no value.
std::string Points(const std::optional<double>& difference);
// "[-0.50, +1.20]", "-" where there is none.
std::string IntervalText(const std::optional<BootstrapInterval>& interval);
// "0.013", "0.00002", "< 1e-6".
std::string PValueText(double p);

// Six significant digits, empty fields for what is missing. With several seeds
// a column "<column> std" follows each column.
std::string AccuracyCsv(const AccuracyTable& table);
// A line per set: its name, images, which of them count, and fingerprint.
std::string SetsCsv(const AccuracyTable& table);
// One line per baseline, method and seed.
std::string DifferenceCsv(const AccuracyTable& table,
                          const std::vector<PairedDifferences>& differences);
// One line per baseline, method and column that has an interval, with the
// counts and p-values of McNemar's tests, those of the pairs separated by
// blanks.
std::string SignificanceCsv(const AccuracyTable& table,
                            const std::vector<PairedDifferences>& differences);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_FORMAT_H_
