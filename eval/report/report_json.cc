#include "eval/report/report_json.h"

#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

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

void AddSignificance(const AccuracyTable& table,
                     const PairedDifferences::Method& method, Json* json) {
  Json intervals = Json::object();
  Json mcnemar = Json::object();
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& name = table.columns[i].name;
    if (method.intervals[i].has_value()) {
      intervals[name] = {method.intervals[i]->low, method.intervals[i]->high};
    }
    for (const McNemarTest& test : method.tests[i]) {
      mcnemar[name].push_back({{"only_method", test.only_a},
                               {"only_baseline", test.only_b},
                               {"p", test.p_value}});
    }
  }
  (*json)["intervals"] = intervals;
  (*json)["mcnemar"] = mcnemar;
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
    AddSignificance(table, method, &row);
    json["methods"].push_back(row);
  }
  return json;
}

}  // namespace

std::string ReportJson(const AccuracyTable& table,
                       const std::vector<PairedDifferences>& differences,
                       const std::vector<PublishedRow>& published) {
  Json json = {{"schema_version", 1},
               {"sets", Json::array()},
               {"methods", Json::array()},
               {"differences", Json::array()},
               {"published", Json::array()}};
  for (const AccuracyTable::Column& column : table.columns) {
    if (column.kind != AccuracyTable::Column::Kind::kSet) continue;
    json["sets"].push_back({{"name", column.name},
                            {"fingerprint", column.fingerprint},
                            {"in_distribution", column.in_distribution},
                            {"images", column.images},
                            {"counted", column.counted}});
  }
  for (const AccuracyTable::Method& method : table.methods) {
    json["methods"].push_back(MethodJson(table, method));
  }
  for (const PairedDifferences& comparison : differences) {
    json["differences"].push_back(DifferencesJson(table, comparison));
  }
  for (const PublishedRow& row : published) {
    Json entry = {
        {"method", row.method}, {"source", row.source}, {"tolerance", Json()}};
    if (row.tolerance.has_value()) entry["tolerance"] = *row.tolerance;
    AddAccuracies(table, row.top1, &entry);
    json["published"].push_back(entry);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace maskfill
