#include "eval/report/page/training_log.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::json;

absl::Status AddLines(const std::string& path, const std::string& prefix,
                      TrainingLog* log) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty()) continue;
    const Json json = ParseForeignJson<Json>(line);
    if (!json.is_object() || !json.contains("step") ||
        !json["step"].is_number()) {
      return absl::DataLossError(absl::StrCat(
          "\"", path, "\", line ", number, " is no JSON object with a step"));
    }
    for (const auto& [name, value] : json.items()) {
      if (name == "step" || !value.is_number()) continue;
      log->curves[prefix + name].emplace_back(json["step"].get<double>(),
                                              value.get<double>());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingLog> ReadTrainingLog(const std::string& dir) {
  TrainingLog log;
  log.dir = dir;
  std::string entry = JoinPath(dir, "train.manifest.json");
  ASSIGN_OR_RETURN(const bool is_done, FindPath(entry));
  if (!is_done) entry = JoinPath(dir, "run.json");  // still runs
  ASSIGN_OR_RETURN(const v1::Manifest run, ReadUnfinishedManifest(entry));
  log.fingerprint = run.fingerprint();
  RETURN_IF_ERROR(AddLines(JoinPath(dir, "metrics.jsonl"), "", &log));
  const std::string validation = JoinPath(dir, "validation.jsonl");
  ASSIGN_OR_RETURN(const bool is_validated, FindPath(validation));
  if (is_validated) {
    RETURN_IF_ERROR(AddLines(validation, "validation_", &log));
  }
  return log;
}

TrainingLog::Curve Thinned(const TrainingLog::Curve& curve, size_t points) {
  TrainingLog::Curve thinned;
  const size_t part = (curve.size() + points - 1) / std::max<size_t>(points, 1);
  for (size_t begin = 0; begin < curve.size(); begin += part) {
    const size_t end = std::min(begin + part, curve.size());
    std::pair<double, double> sum = {0, 0};
    for (size_t i = begin; i < end; ++i) {
      sum.first += curve[i].first;
      sum.second += curve[i].second;
    }
    const double count = static_cast<double>(end - begin);
    thinned.emplace_back(sum.first / count, sum.second / count);
  }
  return thinned;
}

}  // namespace maskfill
