#include "eval/report/evaluations.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/status_macros.h"
#include "eval/report/run_identity.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::json;

constexpr absl::string_view kSeed = "-seed";

struct FileName {
  std::string method;
  std::optional<int64_t> seed;
};

// "eval/ft-seed2.json" -> {"ft", 2}; "eval/ft.json" -> {"ft", none}.
FileName ParseFileName(const std::string& path) {
  FileName name;
  name.method = Basename(path);
  if (absl::EndsWith(name.method, ".json")) {
    name.method.resize(name.method.size() - 5);
  }
  const size_t at = name.method.rfind(std::string(kSeed));
  if (at == std::string::npos || at == 0) return name;
  const std::string digits = name.method.substr(at + kSeed.size());
  int64_t seed = 0;
  if (digits.find_first_not_of("0123456789") == std::string::npos &&
      absl::SimpleAtoi(digits, &seed)) {
    name.seed = seed;
    name.method.resize(at);
  }
  return name;
}

// Of a report's or a point's sets.
template <typename Sets>
absl::Status CheckSets(const Sets& sets, const std::string& path) {
  std::set<std::string> names;
  for (const v1::SetReport& set : sets) {
    if (!names.insert(set.name()).second) {
      return absl::DataLossError(absl::StrCat(
          "\"", path, "\" has set \"", set.name(), "\" twice, expected once"));
    }
    // Written so that NaN is refused as well.
    if (!(set.top1() >= 0 && set.top1() <= 100)) {
      return absl::DataLossError(
          absl::StrCat("\"", path, "\": top-1 on set \"", set.name(), "\" is ",
                       set.top1(), ", expected percent from 0 to 100"));
    }
  }
  return absl::OkStatus();
}

// Whether each of the sets in `json` says its accuracy, if only 0. Without that
// it would be read as 0: what report itself writes has such sets.
absl::Status CheckAccuraciesAreThere(const Json& json,
                                     const std::string& path) {
  const auto sets = json.find("sets");
  if (sets == json.end()) return absl::OkStatus();
  for (const Json& set : *sets) {
    if (set.contains("top1")) continue;
    return absl::DataLossError(absl::StrCat(
        "\"", path, "\" is no report of eval (a set without \"top1\"); ",
        "expected the file that eval --output wrote"));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::EvalReport> ReadReport(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
  v1::EvalReport report;
  // Later versions may say more than this one reads.
  google::protobuf::util::JsonParseOptions parse;
  parse.ignore_unknown_fields = true;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(json, &report, parse);
  if (!parsed.ok() || report.schema_version() != 1 ||
      (report.sets().empty() && report.curve().empty())) {
    return absl::DataLossError(absl::StrCat(
        "\"", path, "\" is no report of eval (",
        parsed.ok() ? "no sets or another version" : parsed.ToString(),
        "); expected the file that eval --output wrote"));
  }
  RETURN_IF_ERROR(CheckSets(report.sets(), path));
  for (const v1::CurvePoint& point : report.curve()) {
    RETURN_IF_ERROR(CheckSets(point.sets(), path));
  }
  const Json raw = ParseForeignJson<Json>(json);
  RETURN_IF_ERROR(CheckAccuraciesAreThere(raw, path));
  const auto curve = raw.find("curve");
  if (curve == raw.end()) return report;
  for (const Json& point : *curve) {
    RETURN_IF_ERROR(CheckAccuraciesAreThere(point, path));
  }
  return report;
}

// Whether both could be runs of one method.
bool AreSeedsOfOneMethod(const Evaluation& a, const Evaluation& b) {
  return a.seed.has_value() && b.seed.has_value() && a.seed != b.seed &&
         RecipeOf(a.report) == RecipeOf(b.report);
}

// The names from provenance that would make one row of what are several.
std::set<std::string> AmbiguousNames(
    const std::vector<Evaluation>& evaluations) {
  std::set<std::string> ambiguous;
  for (size_t i = 0; i < evaluations.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (evaluations[i].method == evaluations[j].method &&
          evaluations[i].is_curve() == evaluations[j].is_curve() &&
          !AreSeedsOfOneMethod(evaluations[i], evaluations[j])) {
        ambiguous.insert(evaluations[i].method);
      }
    }
  }
  return ambiguous;
}

// The first thing but the seed in which two runs differ: "ft --epochs=6".
std::string FirstDifference(const std::string& a, const std::string& b) {
  const std::vector<std::string> words_a =
      absl::StrSplit(a, absl::ByAnyChar(" \n"));
  const std::vector<std::string> words_b =
      absl::StrSplit(b, absl::ByAnyChar(" \n"));
  for (size_t i = 0; i < words_a.size() && i < words_b.size(); ++i) {
    if (words_a[i] != words_b[i]) {
      return absl::StrCat(words_a[i], " and ", words_b[i]);
    }
  }
  return "how many steps made them";
}

absl::Status CheckOneMethod(const Evaluation& a, const Evaluation& b) {
  if (a.seed == b.seed || a.seed.has_value() != b.seed.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", a.path, "\" and \"", b.path, "\" are both method \"", a.method,
        "\"",
        a.seed == b.seed
            ? (a.seed.has_value() ? absl::StrCat(" with seed ", *a.seed)
                                  : " without a seed")
            : ", one with a seed and one without",
        "; expected one report for each seed. Name what are several methods: "
        "--reports=NAME=FILE"));
  }
  const std::string recipe_a = RecipeOf(a.report);
  const std::string recipe_b = RecipeOf(b.report);
  if (recipe_a.empty() || recipe_b.empty() || recipe_a == recipe_b) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("\"", a.path, "\" and \"", b.path, "\" are both method \"",
                   a.method, "\", but differ in more than the seed: ",
                   FirstDifference(recipe_a, recipe_b),
                   "; a mean over them says nothing. Name them as two methods: "
                   "--reports=NAME=FILE"));
}

void NameByFile(const FileName& name, bool method, Evaluation* evaluation) {
  if (method) evaluation->method = name.method;
  const bool seed = !evaluation->seed.has_value() && name.seed.has_value();
  if (seed) evaluation->seed = name.seed;
  evaluation->named_by_file = method || seed;
}

}  // namespace

absl::StatusOr<std::vector<Evaluation>> ReadEvaluations(
    const std::vector<ReportFile>& files) {
  std::vector<Evaluation> evaluations;
  for (const ReportFile& file : files) {
    Evaluation& evaluation = evaluations.emplace_back();
    evaluation.path = file.path;
    ASSIGN_OR_RETURN(evaluation.report, ReadReport(file.path));
    evaluation.method = file.method;
    if (file.method.empty()) {
      ASSIGN_OR_RETURN(evaluation.method,
                       Annotate(MethodOf(evaluation.report), file.path));
    }
    evaluation.seed = SeedOf(evaluation.report);
  }
  const std::set<std::string> ambiguous = AmbiguousNames(evaluations);
  for (size_t i = 0; i < files.size(); ++i) {
    const bool by_file =
        files[i].method.empty() && (evaluations[i].method.empty() ||
                                    ambiguous.count(evaluations[i].method));
    // Where provenance is known, no seed is an answer as well.
    if (!by_file && !evaluations[i].report.lineage().empty()) continue;
    NameByFile(ParseFileName(files[i].path), by_file, &evaluations[i]);
  }
  for (size_t i = 0; i < evaluations.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (evaluations[i].method == evaluations[j].method &&
          evaluations[i].is_curve() == evaluations[j].is_curve()) {
        RETURN_IF_ERROR(CheckOneMethod(evaluations[j], evaluations[i]));
      }
    }
  }
  return evaluations;
}

}  // namespace maskfill
