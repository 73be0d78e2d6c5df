#include "eval/report/page/stage_numbers.h"

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::json;

// The file, taken apart by `take`; whatever that misses is DataLoss.
absl::Status TakeApart(const std::string& path, const char* expected,
                       const std::function<void(const Json&)>& take) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  try {
    take(ParseForeignJson(text));
  } catch (const Json::exception& error) {
    return absl::DataLossError(absl::StrCat("\"", path, "\": ", error.what(),
                                            "; expected ", expected));
  }
  return absl::OkStatus();
}

std::optional<double> NumberAt(const Json& json, const char* name) {
  if (!json.contains(name) || json[name].is_null()) return std::nullopt;
  return json[name].get<double>();
}

}  // namespace

absl::StatusOr<ThresholdNumbers> ReadThresholdNumbers(const std::string& path) {
  ThresholdNumbers numbers;
  numbers.path = path;
  RETURN_IF_ERROR(TakeApart(
      path, "the JSON of mask_tool --stats", [&numbers](const Json& json) {
        numbers.cams = json.at("cams").get<int64_t>();
        for (const Json& at : json.at("thresholds")) {
          const Json& masked = at.at("masked_fraction");
          numbers.thresholds.push_back(
              {.threshold = at.at("threshold").get<double>(),
               .mean = masked.at("mean").get<double>(),
               .lower_quartile = masked.at("lower_quartile").get<double>(),
               .upper_quartile = masked.at("upper_quartile").get<double>(),
               .none_masked = at.at("none_masked").get<int64_t>(),
               .all_masked = at.at("all_masked").get<int64_t>()});
        }
      }));
  return numbers;
}

absl::StatusOr<DisagreementNumbers> ReadDisagreement(const std::string& path) {
  DisagreementNumbers numbers;
  numbers.path = path;
  RETURN_IF_ERROR(
      TakeApart(path,
                "{\"rows\": [{\"mask\", \"fill\", \"threshold\" or \"rate\", "
                "\"disagreement\", \"clean\"}]}",
                [&numbers](const Json& json) {
                  for (const Json& at : json.at("rows")) {
                    DisagreementNumbers::Row& row = numbers.rows.emplace_back();
                    row.mask = at.at("mask").get<std::string>();
                    row.fill = at.at("fill").get<std::string>();
                    for (const char* cut :
                         {"threshold", "percentile", "target_ratio", "rate"}) {
                      if (!row.cut.has_value()) row.cut = NumberAt(at, cut);
                    }
                    row.disagreement = at.at("disagreement").get<double>();
                    row.standard_error = NumberAt(at, "standard_error");
                    row.clean = NumberAt(at, "clean");
                  }
                }));
  return numbers;
}

}  // namespace maskfill
