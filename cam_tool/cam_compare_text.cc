#include "cam_tool/cam_compare_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const CamQuality& quality) {
  Json thresholds = Json::array();
  for (const CamQuality::AtThreshold& at : quality.at_threshold) {
    thresholds.push_back({{"threshold", at.threshold},
                          {"iou", at.iou},
                          {"mask_rate", at.mask_rate},
                          {"object_recall", at.object_recall}});
  }
  return {{"images", quality.images},
          {"images_without_object", quality.images_without_object},
          {"object_rate", quality.object_rate},
          {"pointing_game", quality.pointing_game},
          {"energy_inside", quality.energy_inside},
          {"thresholds", thresholds}};
}

Json ToJson(const CamCompareReport::Set& set) {
  Json json = {{"cams", set.dir},
               {"method", set.method},
               {"layers", set.layers},
               {"target", set.target},
               {"degenerate", set.degenerate},
               {"fingerprint", set.fingerprint}};
  if (set.quality.has_value()) json["quality"] = ToJson(*set.quality);
  return json;
}

Json ToJson(const CamCompareReport::Pair& pair) {
  Json thresholds = Json::array();
  for (const CamAgreement::AtThreshold& at : pair.agreement.at_threshold) {
    thresholds.push_back({{"threshold", at.threshold}, {"iou", at.iou}});
  }
  return {{"a", pair.a},
          {"b", pair.b},
          {"images", pair.agreement.images},
          {"images_without_order", pair.agreement.images_without_order},
          {"rank_correlation", pair.agreement.rank_correlation},
          {"thresholds", thresholds}};
}

// The head of a table: these columns, and one for each threshold.
template <typename AtThreshold>
std::string TableHead(std::vector<std::string> columns,
                      const std::vector<AtThreshold>& at_threshold) {
  for (const AtThreshold& at : at_threshold) {
    columns.push_back(absl::StrFormat("IoU > %g", at.threshold));
  }
  std::string head = "|";
  std::string rule = "|";
  for (const std::string& column : columns) {
    absl::StrAppend(&head, " ", column, " |");
    absl::StrAppend(&rule, "---|");
  }
  return absl::StrCat("\n", head, "\n", rule, "\n");
}

template <typename AtThreshold>
std::string IouCells(const std::vector<AtThreshold>& at_threshold) {
  std::string cells;
  for (const AtThreshold& at : at_threshold) {
    absl::StrAppendFormat(&cells, " %.3f |", at.iou);
  }
  return cells + "\n";
}

std::string AgreementTable(const CamCompareReport& report) {
  std::string text = TableHead({"agreement of", "images", "rank correlation"},
                               report.pairs[0].agreement.at_threshold);
  for (const CamCompareReport::Pair& pair : report.pairs) {
    const CamAgreement& agreement = pair.agreement;
    absl::StrAppendFormat(&text, "| %s, %s | %d | %.3f |",
                          report.sets[pair.a].dir, report.sets[pair.b].dir,
                          agreement.images, agreement.rank_correlation);
    absl::StrAppend(&text, IouCells(agreement.at_threshold));
  }
  return text;
}

std::string QualityTable(const CamCompareReport& report) {
  const CamQuality& first = *report.sets[0].quality;
  std::string text =
      absl::StrFormat("\nObjects are on %.1f %% of the patches of %d images.\n",
                      100 * first.object_rate, first.images);
  if (first.images_without_object > 0) {
    absl::StrAppendFormat(&text, "Not counted: %d images without object.\n",
                          first.images_without_object);
  }
  absl::StrAppend(
      &text, TableHead({"objects found by", "pointing game", "energy inside"},
                       first.at_threshold));
  for (const CamCompareReport::Set& set : report.sets) {
    absl::StrAppendFormat(&text, "| %s | %.3f | %.3f |", set.dir,
                          set.quality->pointing_game,
                          set.quality->energy_inside);
    absl::StrAppend(&text, IouCells(set.quality->at_threshold));
  }
  return text;
}

}  // namespace

std::string ToJson(const CamCompareOptions& options,
                   const CamCompareReport& report) {
  Json json = {{"schema_version", 1},
               {"tool", "cam_compare"},
               {"images", report.images},
               {"sets", Json::array()},
               {"pairs", Json::array()}};
  for (const auto& set : report.sets) json["sets"].push_back(ToJson(set));
  for (const auto& pair : report.pairs) json["pairs"].push_back(ToJson(pair));
  if (!options.masks.dir.empty()) {
    json["object_coverage"] = options.masks.object_coverage;
    json["border_px"] = options.masks.border_px;
  }
  return json.dump(2) + "\n";
}

std::string ToMarkdown(const CamCompareReport& report) {
  std::string text = absl::StrFormat(
      "CAMs of %d images\n\n"
      "| set | method | layers | target | degenerate "
      "|\n|---|---|---|---|---|\n",
      report.images);
  for (const CamCompareReport::Set& set : report.sets) {
    absl::StrAppendFormat(&text, "| %s | %s | %s | %s | %d |\n", set.dir,
                          set.method, set.layers, set.target, set.degenerate);
  }
  if (!report.pairs.empty()) absl::StrAppend(&text, AgreementTable(report));
  if (report.sets[0].quality.has_value()) {
    absl::StrAppend(&text, QualityTable(report));
  }
  return text;
}

}  // namespace maskfill
