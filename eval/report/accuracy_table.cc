#include "eval/report/accuracy_table.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "proto/eval_report.pb.h"

namespace maskfill {
namespace {

using Kind = AccuracyTable::Column::Kind;

// What the numbers of two reports must share under one set's name.
absl::Status CheckSameSet(const v1::SetReport& set, const std::string& path,
                          const AccuracyTable::Column& known) {
  if (known.fingerprint != set.fingerprint()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", path, "\": set \"", set.name(), "\" has fingerprint ",
        set.fingerprint(), ", expected ", known.fingerprint,
        " as in the reports before it: the models were evaluated on different "
        "images; evaluate them on the same shards"));
  }
  if (known.counted != set.counted()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", path, "\": ", set.counted(), " images of set \"", set.name(),
        "\" count, ", known.counted, " in the reports before it"));
  }
  return absl::OkStatus();
}

// `list`: that of the reports so far, empty: not known yet.
absl::Status CheckClassList(const v1::SetReport& set, const std::string& path,
                            std::string* list) {
  if (set.class_list().empty() || set.class_list() == *list) {
    return absl::OkStatus();
  }
  if (!list->empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", path, "\": set \"", set.name(), "\" has the class list ",
        set.class_list(), ", expected ", *list,
        " as in the sets before it: labels of other classes share no table"));
  }
  *list = set.class_list();
  return absl::OkStatus();
}

// Adds a column for every set that is new.
absl::Status AddColumns(const v1::EvalReport& report, const std::string& path,
                        AccuracyTable* table, std::string* class_list) {
  for (const v1::SetReport& set : report.sets()) {
    RETURN_IF_ERROR(CheckClassList(set, path, class_list));
    if (const auto* known = FindRow(table->columns, set.name())) {
      RETURN_IF_ERROR(CheckSameSet(set, path, *known));
      continue;
    }
    AccuracyTable::Column& column = table->columns.emplace_back();
    column.name = set.name();
    column.fingerprint = set.fingerprint();
    column.images = set.images();
    column.counted = set.counted();
  }
  return absl::OkStatus();
}

absl::Status CheckPrecision(const std::vector<Evaluation>& evaluations) {
  const Evaluation& first = evaluations[0];
  for (const Evaluation& other : evaluations) {
    if (other.report.precision() == first.report.precision()) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", first.path, "\" was evaluated in ", first.report.precision(),
        ", \"", other.path, "\" in ", other.report.precision(),
        "; evaluate both alike, or allow it with --mixed"));
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
      return absl::InvalidArgumentError(
          absl::StrCat("--id: set \"", name,
                       "\" is in no report or given twice; the "
                       "reports have ",
                       absl::StrJoin(NamesOf(columns), ", ")));
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
    columns.push_back(
        {.name = "ID avg", .kind = Kind::kAverage, .in_distribution = true});
  }
  columns.push_back(
      {.name = id_sets.empty() ? "mean" : "OOD avg", .kind = Kind::kAverage});
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

absl::Status AddRun(const std::string& name, AccuracyTable::Run run,
                    AccuracyTable* table) {
  auto method = std::find_if(table->methods.begin(), table->methods.end(),
                             [&name](const auto& m) { return m.name == name; });
  if (method == table->methods.end()) {
    method = table->methods.emplace(method);
    method->name = name;
  }
  for (const AccuracyTable::Run& other : method->runs) {
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

Accuracies Cells(const AccuracyTable& table, const SetReports& sets) {
  Accuracies top1(table.columns.size());
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].kind == Kind::kAverage) {
      top1[i] = Average(table, i, top1);
      continue;
    }
    for (const v1::SetReport& set : sets) {
      if (set.name() == table.columns[i].name) top1[i] = set.top1();
    }
  }
  return top1;
}

absl::StatusOr<AccuracyTable> TableOf(
    const std::vector<Evaluation>& evaluations,
    const std::vector<std::string>& id_sets, bool mixed) {
  AccuracyTable table;
  std::string class_list;
  for (const Evaluation& evaluation : evaluations) {
    RETURN_IF_ERROR(
        AddColumns(evaluation.report, evaluation.path, &table, &class_list));
  }
  if (table.columns.empty()) {
    return absl::InvalidArgumentError(
        "--reports has no evaluation of a model on a set");
  }
  if (!mixed) RETURN_IF_ERROR(CheckPrecision(evaluations));
  RETURN_IF_ERROR(AddAverages(id_sets, &table));
  for (size_t i = 0; i < evaluations.size(); ++i) {
    const Evaluation& evaluation = evaluations[i];
    if (evaluation.is_curve()) continue;
    RETURN_IF_ERROR(AddRun(evaluation.method,
                           {evaluation.seed, evaluation.path, i,
                            Cells(table, evaluation.report.sets())},
                           &table));
  }
  for (AccuracyTable::Method& method : table.methods) SummarizeRuns(&method);
  return table;
}

}  // namespace maskfill
