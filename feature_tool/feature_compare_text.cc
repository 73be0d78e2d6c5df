#include "feature_tool/feature_compare_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;
using Row = FeatureCompareReport::Row;

// The masks in words: "object, threshold 0.3".
std::string MaskText(const FeatureCompareReport::Cell& cell) {
  return absl::StrFormat(
      "%s, %s %g", cell.mask,
      cell.rate_from.empty()
          ? cell.cut
          : absl::StrCat("as many as ", cell.rate_from, ", ", cell.cut),
      cell.value);
}

std::string Line(const std::string& masks, const std::string& fill,
                 const std::string& donors, const std::string& variants,
                 const FeatureDisagreement& disagreement, double clean) {
  return absl::StrFormat(
      "| %s | %s | %s | %s | %.5g | %.2g | %s |\n", masks, fill, donors,
      variants, disagreement.mean, disagreement.standard_error,
      clean > 0 ? absl::StrFormat("%.2f", disagreement.mean / clean) : "-");
}

}  // namespace

std::string ToJson(const FeatureCompareReport& report) {
  Json json = {{"schema_version", 1}, {"tool", "feature_compare"}};
  json["checkpoints"] = Json::array();
  for (const auto& [dir, fingerprint] : report.checkpoints) {
    json["checkpoints"].push_back(
        {{"checkpoint", dir}, {"fingerprint", fingerprint}});
  }
  json["images"] = report.clean.images;
  json["seed"] = report.seed;
  json["clean"] = report.clean.mean;
  json["clean_standard_error"] = report.clean.standard_error;
  json["rows"] = Json::array();
  for (const Row& row : report.rows) {
    Json line = {{"features", row.features},
                 {"counterfactuals", row.counterfactuals},
                 {"mask", row.cell.mask},
                 {row.cell.cut, row.cell.value}};
    if (!row.cell.rate_from.empty()) line["rate_from"] = row.cell.rate_from;
    line["fill"] = row.cell.fill;
    if (!row.cell.donors.empty()) line["donors"] = row.cell.donors;
    line["variants"] = row.variants;
    line["disagreement"] = row.disagreement.mean;
    line["standard_error"] = row.disagreement.standard_error;
    line["clean"] = report.clean.mean;
    json["rows"].push_back(std::move(line));
  }
  return json.dump(2) + "\n";
}

std::string ToMarkdown(const FeatureCompareReport& report) {
  std::string text = absl::StrFormat(
      "Mean squared feature difference of %s and %s on %d images and their "
      "counterfactuals, seed %d\n\n"
      "| masks | fill | donors | of each image | disagreement | standard error "
      "| times clean |\n|---|---|---|---|---|---|---|\n",
      report.checkpoints[0].dir, report.checkpoints[1].dir, report.clean.images,
      report.seed);
  const double clean = report.clean.mean;
  absl::StrAppend(&text,
                  Line("none: clean images", "", "", "", report.clean, clean));
  for (const Row& row : report.rows) {
    absl::StrAppend(&text,
                    Line(MaskText(row.cell), row.cell.fill, row.cell.donors,
                         absl::StrCat(row.variants), row.disagreement, clean));
  }
  return text;
}

}  // namespace maskfill
