#include "mask_tool/cam_stats_report.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "core/record/manifest_text.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const std::vector<MaskedFractions>& fractions) {
  Json thresholds = Json::array();
  for (size_t i = 0; i < fractions.size(); ++i) {
    const MaskedFractions& masks = fractions[i];
    thresholds.push_back({{"threshold", kStatsThresholds[i]},
                          {"masked_fraction",
                           {{"mean", masks.Mean()},
                            {"min", masks.Quantile(0)},
                            {"lower_quartile", masks.Quantile(0.25)},
                            {"median", masks.Quantile(0.5)},
                            {"upper_quartile", masks.Quantile(0.75)},
                            {"max", masks.Quantile(1)}}},
                          {"none_masked", masks.none_masked()},
                          {"all_masked", masks.all_masked()}});
  }
  return thresholds;
}

std::string Percent(double fraction) {
  return absl::StrFormat("%.1f", 100 * fraction);
}

std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}});
}

}  // namespace

std::string CamStatsJson(const CamStats& stats,
                         const v1::DatasetInfo& dataset) {
  Json json;
  json["cams"] = stats.num_cams;
  json["patches"] = stats.num_patches;
  json["thresholds"] = ToJson(stats.all);
  json["classes"] = Json::array();
  for (const auto& [target, fractions] : stats.classes) {
    json["classes"].push_back({{"class", target},
                               {"name", ClassNameOf(dataset, target)},
                               {"cams", fractions[0].masks()},
                               {"thresholds", ToJson(fractions)}});
  }
  // Class names may be of any bytes.
  return absl::StrCat(
      json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace), "\n");
}

std::string CamStatsMarkdown(const CamStats& stats,
                             const v1::DatasetInfo& dataset,
                             absl::string_view title) {
  std::string text = absl::StrCat(
      "# Masked fraction of object masks: ", title, "\n\n", stats.num_cams,
      " CAMs of ", stats.num_patches,
      " patches. Per cent of an image's patches whose relevance is above the "
      "threshold; a context mask has the others.\n\n"
      "| threshold | mean | lower quartile | median | upper quartile | masks "
      "with none | masks with all |\n|---|---|---|---|---|---|---|\n");
  std::string header = "| class | name | CAMs |";
  std::string line = "|---|---|---|";
  for (size_t i = 0; i < stats.all.size(); ++i) {
    const MaskedFractions& masks = stats.all[i];
    absl::StrAppend(&text, "| ", kStatsThresholds[i], " | ",
                    Percent(masks.Mean()), " | ", Percent(masks.Quantile(0.25)),
                    " | ", Percent(masks.Quantile(0.5)), " | ",
                    Percent(masks.Quantile(0.75)), " | ", masks.none_masked(),
                    " | ", masks.all_masked(), " |\n");
    absl::StrAppend(&header, " ", kStatsThresholds[i], " |");
    absl::StrAppend(&line, "---|");
  }
  absl::StrAppend(&text, "\n## Mean by class and threshold\n\n", header, "\n",
                  line, "\n");
  for (const auto& [target, fractions] : stats.classes) {
    absl::StrAppend(&text, "| ", target, " | ",
                    Cell(ClassNameOf(dataset, target)), " | ",
                    fractions[0].masks(), " |");
    for (const MaskedFractions& masks : fractions) {
      absl::StrAppend(&text, " ", Percent(masks.Mean()), " |");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace maskfill
