#include "eval/report/report_format.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

bool HasSeveralSeeds(const AccuracyTable& table) {
  return std::any_of(table.methods.begin(), table.methods.end(),
                     [](const auto& method) { return method.runs.size() > 1; });
}

std::string Points(const std::optional<double>& difference) {
  return difference.has_value() ? absl::StrFormat("%+.2f", *difference) : "-";
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

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value.has_value() ? Json(*value) : Json(nullptr);
}

void AddAccuracies(const AccuracyTable& table, const Accuracies& values,
                   Json* json) {
  (*json)["sets"] = Json::object();
  (*json)["averages"] = Json::object();
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const bool is_set =
        table.columns[i].kind == AccuracyTable::Column::Kind::kSet;
    (*json)[is_set ? "sets" : "averages"][table.columns[i].name] =
        OrNull(values[i]);
  }
}

Json MethodJson(const AccuracyTable& table,
                const AccuracyTable::Method& method) {
  Json json = {{"name", method.name}, {"runs", Json::array()}};
  for (const AccuracyTable::Run& run : method.runs) {
    Json entry = {{"seed", OrNull(run.seed)}, {"report", run.path}};
    AddAccuracies(table, run.top1, &entry);
    json["runs"].push_back(entry);
  }
  AddAccuracies(table, method.mean, &json["mean"]);
  json["std"] = nullptr;
  if (method.runs.size() > 1) {
    AddAccuracies(table, method.deviation, &json["std"]);
  }
  return json;
}

Json DifferencesJson(const AccuracyTable& table,
                     const PairedDifferences& differences) {
  Json json = {{"baseline", differences.baseline}, {"methods", Json::array()}};
  for (const PairedDifferences::Method& method : differences.methods) {
    Json row = {{"name", method.name}, {"pairs", Json::array()}};
    for (const PairedDifferences::Pair& pair : method.pairs) {
      Json entry = {{"seed", OrNull(pair.seed)}};
      AddAccuracies(table, pair.difference, &entry);
      row["pairs"].push_back(entry);
    }
    AddAccuracies(table, method.mean, &row["mean"]);
    json["methods"].push_back(row);
  }
  return json;
}

}  // namespace

absl::StatusOr<ReportFormat> ParseReportFormat(absl::string_view text) {
  if (text == "md") return ReportFormat::kMarkdown;
  if (text == "csv") return ReportFormat::kCsv;
  if (text == "latex") return ReportFormat::kLatex;
  if (text == "json") return ReportFormat::kJson;
  if (text == "html") return ReportFormat::kHtml;
  return absl::InvalidArgumentError(
      absl::StrCat("--format: \"", text,
                   "\" is unknown; expected md, csv, latex, json or html"));
}

TextTable AccuracyText(const AccuracyTable& table) {
  const bool several = HasSeveralSeeds(table);
  TextTable text;
  std::vector<std::string>& header = text.lines.emplace_back();
  header.push_back("top-1 %");
  for (const auto& column : table.columns) header.push_back(column.name);
  if (several) header.push_back("seeds");
  for (const AccuracyTable::Method& method : table.methods) {
    std::vector<std::string> line = {method.name};
    for (size_t i = 0; i < table.columns.size(); ++i) {
      std::string cell = "-";
      if (method.mean[i].has_value()) {
        cell = absl::StrFormat("%.1f", *method.mean[i]);
      }
      if (method.deviation[i].has_value()) {
        absl::StrAppendFormat(&cell, "±%.1f", *method.deviation[i]);
      }
      line.push_back(cell);
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
  std::vector<size_t> listed;  // columns of which every seed is shown
  if (several && table.id_column.has_value()) {
    listed.push_back(*table.id_column);
  }
  if (several) listed.push_back(table.columns.size() - 1);
  TextTable text;
  text.title = absl::StrCat("Differences to ", differences.baseline,
                            " in points", several ? ", paired by seed" : "");
  std::vector<std::string>& header = text.lines.emplace_back();
  header.push_back("points");
  for (const auto& column : table.columns) header.push_back(column.name);
  if (several) header.push_back("seeds");
  for (const size_t i : listed) {
    header.push_back(absl::StrCat(table.columns[i].name, " per seed"));
  }
  for (const PairedDifferences::Method& method : differences.methods) {
    std::vector<std::string> line = {method.name};
    for (const auto& value : method.mean) line.push_back(Points(value));
    if (several) line.push_back(Seeds(method));
    for (const size_t i : listed) line.push_back(PointsPerSeed(method, i));
    text.lines.push_back(line);
  }
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

std::string DifferenceCsv(const AccuracyTable& table,
                          const std::vector<PairedDifferences>& differences) {
  std::vector<std::string> header = {"baseline", "method", "seed"};
  for (const auto& column : table.columns) header.push_back(column.name);
  std::string text = CsvLine(header);
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

std::string ReportJson(const AccuracyTable& table,
                       const std::vector<PairedDifferences>& differences) {
  Json json = {{"schema_version", 1},
               {"sets", Json::array()},
               {"methods", Json::array()},
               {"differences", Json::array()}};
  for (const AccuracyTable::Column& column : table.columns) {
    if (column.kind != AccuracyTable::Column::Kind::kSet) continue;
    json["sets"].push_back({{"name", column.name},
                            {"fingerprint", column.fingerprint},
                            {"in_distribution", column.in_distribution}});
  }
  for (const AccuracyTable::Method& method : table.methods) {
    json["methods"].push_back(MethodJson(table, method));
  }
  for (const PairedDifferences& comparison : differences) {
    json["differences"].push_back(DifferencesJson(table, comparison));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace maskfill
