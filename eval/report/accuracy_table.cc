#include "eval/report/accuracy_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "proto/eval_report.pb.h"

namespace maskfill {
namespace {

using Kind = AccuracyTable::Column::Kind;

constexpr absl::string_view kSeed = "-seed";

struct RunName {
  std::string method;
  std::optional<int64_t> seed;
};

// "eval/ft-seed2.json" -> {"ft", 2}; "eval/ft.json" -> {"ft", none}.
RunName ParseRunName(const std::string& path) {
  RunName run;
  run.method = Basename(path);
  if (absl::EndsWith(run.method, ".json")) {
    run.method.resize(run.method.size() - 5);
  }
  const size_t at = run.method.rfind(std::string(kSeed));
  if (at == std::string::npos || at == 0) return run;
  const std::string digits = run.method.substr(at + kSeed.size());
  int64_t seed = 0;
  if (digits.find_first_not_of("0123456789") == std::string::npos &&
      absl::SimpleAtoi(digits, &seed)) {
    run.seed = seed;
    run.method.resize(at);
  }
  return run;
}

absl::StatusOr<v1::EvalReport> ReadReport(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
  v1::EvalReport report;
  // Later versions may say more than this one reads.
  google::protobuf::util::JsonParseOptions parse;
  parse.ignore_unknown_fields = true;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(json, &report, parse);
  if (!parsed.ok() || report.schema_version() != 1 || report.sets().empty()) {
    return absl::DataLossError(absl::StrCat(
        "\"", path, "\" is no report of eval (",
        parsed.ok() ? "no sets or another version" : parsed.ToString(),
        "); expected the file that eval --output wrote"));
  }
  return report;
}

// Adds a column for every set that is new.
absl::Status AddColumns(const v1::EvalReport& report, const std::string& path,
                        AccuracyTable* table) {
  for (const v1::SetReport& set : report.sets()) {
    const auto known = std::find_if(
        table->columns.begin(), table->columns.end(),
        [&set](const auto& column) { return column.name == set.name(); });
    if (known == table->columns.end()) {
      AccuracyTable::Column& column = table->columns.emplace_back();
      column.name = set.name();
      column.fingerprint = set.fingerprint();
    } else if (known->fingerprint != set.fingerprint()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", path, "\": set \"", set.name(), "\" has fingerprint ",
          set.fingerprint(), ", expected ", known->fingerprint,
          " as in the reports before it: the models were evaluated on "
          "different images; evaluate them on the same shards"));
    }
  }
  return absl::OkStatus();
}

// Moves the ID sets to the front and adds the averages.
absl::Status AddAverages(const std::vector<std::string>& id_sets,
                         AccuracyTable* table) {
  std::vector<AccuracyTable::Column>& columns = table->columns;
  auto front = columns.begin();
  for (const std::string& name : id_sets) {
    const auto found = std::find_if(
        columns.begin(), columns.end(), [&name](const auto& column) {
          return column.name == name && !column.in_distribution;
        });
    if (found == columns.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--id: set \"", name,
          "\" is in no report or given twice; the "
          "reports have ",
          absl::StrJoin(columns, ", ", [](std::string* out, const auto& c) {
            absl::StrAppend(out, c.name);
          })));
    }
    found->in_distribution = true;
    std::rotate(front, found, found + 1);
    ++front;
  }
  if (front == columns.end()) {
    return absl::InvalidArgumentError(
        "--id names every set of the reports, so that none is left for the "
        "OOD average");
  }
  if (id_sets.size() == 1) table->id_column = 0;
  if (id_sets.size() > 1) {
    table->id_column = columns.size();
    columns.push_back({"ID avg", Kind::kAverage, "", true});
  }
  columns.push_back({id_sets.empty() ? "mean" : "OOD avg", Kind::kAverage, ""});
  return absl::OkStatus();
}

// Of the sets on the average's side of the shift.
std::optional<double> Average(const AccuracyTable& table, size_t average,
                              const Accuracies& top1) {
  double sum = 0;
  int64_t sets = 0;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const AccuracyTable::Column& column = table.columns[i];
    if (column.kind != Kind::kSet ||
        column.in_distribution != table.columns[average].in_distribution)
      continue;
    if (!top1[i].has_value()) return std::nullopt;
    sum += *top1[i];
    ++sets;
  }
  return sum / static_cast<double>(sets);
}

Accuracies Cells(const AccuracyTable& table, const v1::EvalReport& report) {
  Accuracies top1(table.columns.size());
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].kind == Kind::kAverage) {
      top1[i] = Average(table, i, top1);
      continue;
    }
    for (const v1::SetReport& set : report.sets()) {
      if (set.name() == table.columns[i].name) top1[i] = set.top1();
    }
  }
  return top1;
}

absl::Status AddRun(const RunName& name, AccuracyTable::Run run,
                    AccuracyTable* table) {
  auto method =
      std::find_if(table->methods.begin(), table->methods.end(),
                   [&name](const auto& m) { return m.name == name.method; });
  if (method == table->methods.end()) {
    method = table->methods.emplace(method);
    method->name = name.method;
  }
  for (const AccuracyTable::Run& other : method->runs) {
    if (other.seed == run.seed ||
        other.seed.has_value() != run.seed.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", other.path, "\" and \"", run.path, "\" are both method \"",
          name.method, "\"",
          other.seed == run.seed ? "" : ", one with a seed and one without",
          "; expected <method>.json, or <method>-seed<N>.json for each seed"));
    }
    for (size_t i = 0; i < run.top1.size(); ++i) {
      if (run.top1[i].has_value() != other.top1[i].has_value()) {
        return absl::FailedPreconditionError(absl::StrCat(
            "\"", (run.top1[i].has_value() ? other : run).path,
            "\" has no set \"", table->columns[i].name, "\", but \"",
            (run.top1[i].has_value() ? run : other).path,
            "\" has; evaluate all seeds of a method on the same sets"));
      }
    }
  }
  const auto after =
      std::find_if(method->runs.begin(), method->runs.end(),
                   [&run](const auto& other) { return other.seed > run.seed; });
  method->runs.insert(after, std::move(run));
  return absl::OkStatus();
}

void SummarizeRuns(AccuracyTable::Method* method) {
  const double count = static_cast<double>(method->runs.size());
  const size_t columns = method->runs[0].top1.size();
  method->mean.resize(columns);
  method->deviation.resize(columns);
  for (size_t i = 0; i < columns; ++i) {
    if (!method->runs[0].top1[i].has_value()) continue;
    double mean = 0;
    for (const AccuracyTable::Run& run : method->runs) mean += *run.top1[i];
    mean /= count;
    method->mean[i] = mean;
    if (method->runs.size() == 1) continue;
    double squares = 0;
    for (const AccuracyTable::Run& run : method->runs) {
      squares += (*run.top1[i] - mean) * (*run.top1[i] - mean);
    }
    method->deviation[i] = std::sqrt(squares / count);
  }
}

}  // namespace

absl::StatusOr<AccuracyTable> ReadReports(
    const std::vector<std::string>& paths,
    const std::vector<std::string>& id_sets) {
  if (paths.empty()) return absl::InvalidArgumentError("no reports are given");
  AccuracyTable table;
  std::vector<v1::EvalReport> reports;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(v1::EvalReport report, ReadReport(path));
    RETURN_IF_ERROR(AddColumns(report, path, &table));
    reports.push_back(std::move(report));
  }
  RETURN_IF_ERROR(AddAverages(id_sets, &table));
  for (size_t i = 0; i < paths.size(); ++i) {
    const RunName name = ParseRunName(paths[i]);
    RETURN_IF_ERROR(
        AddRun(name, {name.seed, paths[i], Cells(table, reports[i])}, &table));
  }
  for (AccuracyTable::Method& method : table.methods) SummarizeRuns(&method);
  return table;
}

}  // namespace maskfill
