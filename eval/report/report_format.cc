#include "eval/report/report_format.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/base/number_text.h"

namespace maskfill {
namespace {

bool HasCounts(const AccuracyTable& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const auto& column) { return column.counted > 0; });
}

// `first`, and the names of all columns.
std::vector<std::string> Header(std::vector<std::string> first,
                                const AccuracyTable& table) {
  for (const auto& column : table.columns) first.push_back(column.name);
  return first;
}

bool HasIntervals(const PairedDifferences& differences) {
  for (const PairedDifferences::Method& method : differences.methods) {
    for (const auto& interval : method.intervals) {
      if (interval.has_value()) return true;
    }
  }
  return false;
}

// The ID set or average, and the overall average.
std::vector<size_t> ColumnsInDetail(const AccuracyTable& table) {
  std::vector<size_t> columns;
  if (table.id_column.has_value()) columns.push_back(*table.id_column);
  columns.push_back(table.columns.size() - 1);
  return columns;
}

bool HasSeveralSeeds(const AccuracyTable& table) {
  return std::any_of(table.methods.begin(), table.methods.end(),
                     [](const auto& method) { return method.runs.size() > 1; });
}

// Of every pair, in order.
std::string PointsPerSeed(const PairedDifferences::Method& method,
                          size_t column) {
  if (method.pairs.empty()) return "-";
  return absl::StrJoin(method.pairs, ", ",
                       [column](std::string* out, const auto& pair) {
                         absl::StrAppend(out, Points(pair.difference[column]));
                       });
}

std::string Seeds(const PairedDifferences::Method& method) {
  std::vector<std::string> seeds;
  for (const PairedDifferences::Pair& pair : method.pairs) {
    if (pair.seed.has_value()) seeds.push_back(absl::StrCat(*pair.seed));
  }
  return seeds.empty() ? "-" : absl::StrJoin(seeds, ", ");
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string CsvNumber(const std::optional<double>& value) {
  return value.has_value() ? absl::StrCat(*value) : "";
}

std::string CsvLine(const std::vector<std::string>& fields) {
  return absl::StrCat(
      absl::StrJoin(fields, ",",
                    [](std::string* out, const std::string& field) {
                      absl::StrAppend(out, CsvField(field));
                    }),
      "\n");
}

// In the order of ReportFormat.
constexpr const char* kFormats[] = {"md", "csv", "latex", "json", "html"};

}  // namespace

absl::StatusOr<ReportFormat> ParseReportFormat(absl::string_view text) {
  return ParseName<ReportFormat>(kFormats, text,
                                 "--format: \"$0\" is unknown; expected $1");
}

std::string Points(const std::optional<double>& difference) {
  return difference.has_value() ? absl::StrFormat("%+.2f", *difference) : "-";
}

std::string IntervalText(const std::optional<BootstrapInterval>& interval) {
  if (!interval.has_value()) return "-";
  return absl::StrFormat("[%+.2f, %+.2f]", interval->low, interval->high);
}

std::string PValueText(double p) {
  if (p < 1e-6) return "< 1e-6";
  return p < 0.001 ? absl::StrFormat("%.6f", p) : absl::StrFormat("%.3f", p);
}

std::string AccuracyCell(const AccuracyTable::Method& method, size_t column) {
  if (!method.mean[column].has_value()) return "-";
  std::string cell = absl::StrFormat("%.1f", *method.mean[column]);
  if (method.deviation[column].has_value()) {
    absl::StrAppendFormat(&cell, "±%.1f", *method.deviation[column]);
  }
  return cell;
}

TextTable AccuracyText(const AccuracyTable& table) {
  const bool several = HasSeveralSeeds(table);
  TextTable text;
  std::vector<std::string>& header =
      text.lines.emplace_back(Header({"top-1 %"}, table));
  if (several) header.push_back("seeds");
  const size_t width = header.size();
  if (HasCounts(table)) {
    std::vector<std::string> line = {"images"};
    for (const auto& column : table.columns) {
      line.push_back(column.counted > 0 ? absl::StrCat(column.counted) : "");
    }
    line.resize(width);
    text.lines.push_back(line);
  }
  for (const AccuracyTable::Method& method : table.methods) {
    std::vector<std::string> line = {method.name};
    for (size_t i = 0; i < table.columns.size(); ++i) {
      line.push_back(AccuracyCell(method, i));
    }
    if (several) line.push_back(absl::StrCat(method.runs.size()));
    text.lines.push_back(line);
  }
  if (several) {
    text.note = "mean±population standard deviation over seeds";
  }
  return text;
}

TextTable DifferenceText(const AccuracyTable& table,
                         const PairedDifferences& differences) {
  const bool several =
      std::any_of(differences.methods.begin(), differences.methods.end(),
                  [](const auto& method) { return method.pairs.size() > 1; });
  const bool intervals = HasIntervals(differences);
  const std::vector<size_t> listed = ColumnsInDetail(table);
  TextTable text;
  text.title = absl::StrCat("Differences to ", differences.baseline,
                            " in points", several ? ", paired by seed" : "");
  std::vector<std::string>& header =
      text.lines.emplace_back(Header({"points"}, table));
  if (several) header.push_back("seeds");
  for (const size_t i : listed) {
    const std::string& name = table.columns[i].name;
    if (several) header.push_back(absl::StrCat(name, " per seed"));
    if (intervals) header.push_back(absl::StrCat(name, " 95 %"));
  }
  for (const PairedDifferences::Method& method : differences.methods) {
    std::vector<std::string> line = {method.name};
    for (const auto& value : method.mean) line.push_back(Points(value));
    if (several) line.push_back(Seeds(method));
    for (const size_t i : listed) {
      if (several) line.push_back(PointsPerSeed(method, i));
      if (intervals) line.push_back(IntervalText(method.intervals[i]));
    }
    text.lines.push_back(line);
  }
  if (intervals) {
    text.note = "95 %: paired bootstrap over the images, the seeds as they are";
  }
  return text;
}

TextTable McNemarText(const AccuracyTable& table,
                      const PairedDifferences& differences) {
  TextTable text;
  if (!HasIntervals(differences)) return text;
  text.title =
      absl::StrCat("p-value of McNemar's test against ", differences.baseline);
  std::vector<std::string>& header = text.lines.emplace_back();
  header.push_back("p");
  for (const auto& column : table.columns) {
    if (column.kind == AccuracyTable::Column::Kind::kSet) {
      header.push_back(column.name);
    }
  }
  for (const PairedDifferences::Method& method : differences.methods) {
    std::vector<std::string> line = {method.name};
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].kind != AccuracyTable::Column::Kind::kSet) continue;
      double largest = 0;
      for (const McNemarTest& test : method.tests[i]) {
        largest = std::max(largest, test.p_value);
      }
      line.push_back(method.tests[i].empty() ? "-" : PValueText(largest));
    }
    text.lines.push_back(line);
  }
  text.note =
      "exact, two-sided, the largest of the seeds; not corrected for the "
      "number "
      "of comparisons";
  return text;
}

TextTable PublishedText(const AccuracyTable& table,
                        const std::vector<PublishedRow>& published) {
  TextTable text;
  text.title = "Published values, in brackets what ours have more";
  std::vector<std::string>& header =
      text.lines.emplace_back(Header({"top-1 %"}, table));
  const bool tolerances =
      std::any_of(published.begin(), published.end(),
                  [](const auto& row) { return row.tolerance.has_value(); });
  if (tolerances) header.push_back("tolerance");
  header.push_back("source");
  for (const PublishedRow& row : published) {
    const AccuracyTable::Method* ours = FindRow(table.methods, row.method);
    std::vector<std::string> line = {row.method};
    for (size_t i = 0; i < table.columns.size(); ++i) {
      std::string& cell = line.emplace_back("-");
      if (!row.top1[i].has_value()) continue;
      cell = absl::StrFormat("%.1f", *row.top1[i]);
      if (ours == nullptr || !ours->mean[i].has_value()) continue;
      const double more = *ours->mean[i] - *row.top1[i];
      const bool far =
          row.tolerance.has_value() && std::fabs(more) > *row.tolerance;
      absl::StrAppendFormat(&cell, " (%+.1f%s)", more, far ? "!" : "");
    }
    if (tolerances) {
      line.push_back(row.tolerance.has_value()
                         ? absl::StrFormat("±%.1f", *row.tolerance)
                         : "-");
    }
    line.push_back(row.source);
    text.lines.push_back(line);
  }
  if (tolerances) text.note = "!: further away than the tolerance, in points";
  return text;
}

std::string AccuracyCsv(const AccuracyTable& table) {
  const bool several = HasSeveralSeeds(table);
  std::vector<std::string> header = {"top-1 %"};
  for (const auto& column : table.columns) {
    header.push_back(column.name);
    if (several) header.push_back(absl::StrCat(column.name, " std"));
  }
  if (several) header.push_back("seeds");
  std::string text = CsvLine(header);
  for (const AccuracyTable::Method& method : table.methods) {
    std::vector<std::string> line = {method.name};
    for (size_t i = 0; i < table.columns.size(); ++i) {
      line.push_back(CsvNumber(method.mean[i]));
      if (several) line.push_back(CsvNumber(method.deviation[i]));
    }
    if (several) line.push_back(absl::StrCat(method.runs.size()));
    absl::StrAppend(&text, CsvLine(line));
  }
  return text;
}

std::string SetsCsv(const AccuracyTable& table) {
  std::string text = CsvLine({"set", "images", "counted", "fingerprint"});
  for (const AccuracyTable::Column& column : table.columns) {
    if (column.kind != AccuracyTable::Column::Kind::kSet) continue;
    absl::StrAppend(
        &text, CsvLine({column.name, absl::StrCat(column.images),
                        absl::StrCat(column.counted), column.fingerprint}));
  }
  return text;
}

std::string SignificanceCsv(const AccuracyTable& table,
                            const std::vector<PairedDifferences>& differences) {
  std::string text = CsvLine({"baseline", "method", "column", "points",
                              "95 % low", "95 % high", "only method right",
                              "only baseline right", "McNemar p"});
  const auto listed = [](const std::vector<McNemarTest>& tests, auto number) {
    return absl::StrJoin(tests, " ", [&](std::string* out, const auto& test) {
      absl::StrAppend(out, NumberText(number(test)));
    });
  };
  for (const PairedDifferences& comparison : differences) {
    for (const PairedDifferences::Method& method : comparison.methods) {
      for (size_t i = 0; i < table.columns.size(); ++i) {
        if (!method.intervals[i].has_value()) continue;
        const std::vector<McNemarTest>& tests = method.tests[i];
        absl::StrAppend(
            &text,
            CsvLine({comparison.baseline, method.name, table.columns[i].name,
                     CsvNumber(method.mean[i]),
                     absl::StrCat(method.intervals[i]->low),
                     absl::StrCat(method.intervals[i]->high),
                     listed(tests, [](const auto& t) { return t.only_a; }),
                     listed(tests, [](const auto& t) { return t.only_b; }),
                     listed(tests, [](const auto& t) { return t.p_value; })}));
      }
    }
  }
  return text;
}

std::string DifferenceCsv(const AccuracyTable& table,
                          const std::vector<PairedDifferences>& differences) {
  std::string text = CsvLine(Header({"baseline", "method", "seed"}, table));
  for (const PairedDifferences& comparison : differences) {
    for (const PairedDifferences::Method& method : comparison.methods) {
      for (const PairedDifferences::Pair& pair : method.pairs) {
        std::vector<std::string> line = {
            comparison.baseline, method.name,
            pair.seed.has_value() ? absl::StrCat(*pair.seed) : ""};
        for (const auto& value : pair.difference) {
          line.push_back(CsvNumber(value));
        }
        absl::StrAppend(&text, CsvLine(line));
      }
    }
  }
  return text;
}

}  // namespace maskfill
