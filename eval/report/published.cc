#include "eval/report/published.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

bool IsRow(const Json& row) {
  return row.is_object() && row.contains("method") &&
         row["method"].is_string() && row.contains("source") &&
         row["source"].is_string() && row.contains("top1") &&
         row["top1"].is_object();
}

// `what` is what the number is of.
absl::StatusOr<double> PercentOf(const Json& value, const std::string& what) {
  // Written so that NaN is refused as well.
  if (!value.is_number() || !(value.get<double>() >= 0) ||
      value.get<double>() > 100) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, " is ", value.dump(), ", expected percent from 0 to 100"));
  }
  return value.get<double>();
}

absl::StatusOr<SetReports> SetsOf(const Json& row, const std::string& where) {
  SetReports sets;
  for (const auto& [name, value] : row["top1"].items()) {
    v1::SetReport* set = sets.Add();
    set->set_name(name);
    ASSIGN_OR_RETURN(
        const double top1,
        PercentOf(value, absl::StrCat(where, " on \"", name, "\"")));
    set->set_top1(top1);
  }
  return sets;
}

absl::StatusOr<std::optional<double>> ToleranceOf(const Json& row,
                                                  const std::string& where) {
  if (!row.contains("tolerance")) return std::nullopt;
  return PercentOf(row["tolerance"], absl::StrCat(where, "'s tolerance"));
}

bool HasSet(const AccuracyTable& table, const SetReports& sets) {
  for (const AccuracyTable::Column& column : table.columns) {
    for (const v1::SetReport& set : sets) {
      if (set.name() == column.name) return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<PublishedRow>> ReadPublished(
    const std::string& path, const AccuracyTable& table) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const Json json = ParseForeignJson<Json>(text);
  if (!json.is_object() || !json.contains("rows") || !json["rows"].is_array()) {
    return absl::DataLossError(absl::StrCat(
        "\"", path,
        "\" has no list of \"rows\", expected {\"rows\": "
        "[{\"method\": ..., \"source\": ..., \"top1\": {SET: PERCENT}}]}"));
  }
  std::vector<PublishedRow> rows;
  std::vector<std::string> names;
  for (const Json& row : json["rows"]) {
    if (!IsRow(row)) {
      return absl::DataLossError(
          absl::StrCat("\"", path, "\": row ", row.dump(),
                       " lacks one of \"method\", \"source\" and \"top1\""));
    }
    const std::string where =
        absl::StrCat("\"", path, "\": ", row["method"].get<std::string>());
    ASSIGN_OR_RETURN(const SetReports sets, SetsOf(row, where));
    ASSIGN_OR_RETURN(const std::optional<double> tolerance,
                     ToleranceOf(row, where));
    for (const v1::SetReport& set : sets) names.push_back(set.name());
    if (!HasSet(table, sets)) continue;
    rows.push_back({row["method"].get<std::string>(),
                    row["source"].get<std::string>(), Cells(table, sets),
                    tolerance});
  }
  if (rows.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", path, "\" has values for ", absl::StrJoin(names, ", "),
        ", none of them a set of the reports: ",
        absl::StrJoin(NamesOf(table.columns), ", ")));
  }
  return rows;
}

}  // namespace maskfill
