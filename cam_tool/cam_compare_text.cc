#include "cam_tool/cam_compare_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

// What is the mean over no image is nothing.
Json MeanJson(int64_t images, double mean) {
  return images > 0 ? Json(mean) : Json();
}

std::string MeanCell(int64_t images, double mean) {
  return images > 0 ? absl::StrFormat(" %.3f |", mean) : " - |";
}

// "1 image", "2 images".
std::string ImagesText(int64_t images) {
  return absl::StrCat(images, images == 1 ? " image" : " images");
}

Json ToJson(const CamQuality& quality) {
  Json thresholds = Json::array();
  const auto mean = [&quality](double value) {
    return MeanJson(quality.images, value);
  };
  for (const CamQuality::AtThreshold& at : quality.at_threshold) {
    thresholds.push_back({{"threshold", at.threshold},
                          {"iou", mean(at.iou)},
                          {"mask_rate", mean(at.mask_rate)},
                          {"object_recall", mean(at.object_recall)}});
  }
  return {{"images", quality.images},
          {"images_without_object", quality.images_without_object},
          {"object_rate", mean(quality.object_rate)},
          {"pointing_game", mean(quality.pointing_game)},
          {"energy_inside", mean(quality.energy_inside)},
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
  const int64_t images = pair.agreement.images;
  for (const CamAgreement::AtThreshold& at : pair.agreement.at_threshold) {
    thresholds.push_back(
        {{"threshold", at.threshold}, {"iou", MeanJson(images, at.iou)}});
  }
  return {
      {"a", pair.a},
      {"b", pair.b},
      {"images", images},
      {"images_without_order", pair.agreement.images_without_order},
      {"rank_correlation", MeanJson(images, pair.agreement.rank_correlation)},
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
std::string IouCells(int64_t images,
                     const std::vector<AtThreshold>& at_threshold) {
  std::string cells;
  for (const AtThreshold& at : at_threshold) {
    absl::StrAppend(&cells, MeanCell(images, at.iou));
  }
  return cells + "\n";
}

std::string AgreementTable(const CamCompareReport& report) {
  std::string text = TableHead({"agreement of", "images", "rank correlation"},
                               report.pairs[0].agreement.at_threshold);
  for (const CamCompareReport::Pair& pair : report.pairs) {
    const CamAgreement& agreement = pair.agreement;
    absl::StrAppend(&text, "| ", report.sets[pair.a].dir, ", ",
                    report.sets[pair.b].dir, " | ", agreement.images, " |",
                    MeanCell(agreement.images, agreement.rank_correlation),
                    IouCells(agreement.images, agreement.at_threshold));
  }
  return text;
}

std::string QualityTable(const CamCompareReport& report) {
  const CamQuality& first = *report.sets[0].quality;
  std::string text =
      first.images == 0
          ? "\nNo image has an object.\n"
          : absl::StrFormat("\nObjects are on %.1f %% of the patches of %s.\n",
                            100 * first.object_rate, ImagesText(first.images));
  if (first.images_without_object > 0) {
    absl::StrAppend(&text,
                    "Not counted: ", ImagesText(first.images_without_object),
                    " without object.\n");
  }
  absl::StrAppend(
      &text, TableHead({"objects found by", "pointing game", "energy inside"},
                       first.at_threshold));
  for (const CamCompareReport::Set& set : report.sets) {
    const CamQuality& quality = *set.quality;
    absl::StrAppend(&text, "| ", set.dir, " |",
                    MeanCell(quality.images, quality.pointing_game),
                    MeanCell(quality.images, quality.energy_inside),
                    IouCells(quality.images, quality.at_threshold));
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
  std::string text = absl::StrCat(
      report.images == 1 ? "CAM of " : "CAMs of ", ImagesText(report.images),
      "\n\n| set | method | layers | target | degenerate "
      "|\n|---|---|---|---|---|\n");
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
