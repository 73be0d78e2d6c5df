// What other stages measured: thresholds, disagreement, training.
#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/files.h"
#include "core/base/number_text.h"
#include "core/draw/chart_frame.h"
#include "core/draw/markup.h"
#include "core/draw/xy_chart.h"
#include "eval/report/page/sections.h"
#include "eval/report/text_table.h"

namespace maskfill {
namespace {

constexpr size_t kPoints = 150;  // of a training curve

// A curve of a training and what it is called.
struct Plot {
  const char* name;
  const char* title;
};
constexpr Plot kPlots[] = {
    {"loss", "loss"},
    {"ce", "cross-entropy"},
    {"distill", "distillation loss, without beta"},
    {"accuracy", "accuracy on the batch"},
    {"validation_accuracy", "accuracy on the validation set"},
    {"grad_norm", "norm of the gradient"},
};

bool IsRunOf(const TrainingLog& training, const v1::EvalReport& report) {
  if (report.lineage().empty()) {
    return absl::StartsWith(report.checkpoint(), training.dir + "/");
  }
  return report.lineage(0).fingerprint() == training.fingerprint;
}

constexpr int kOfNoMethod = kSeriesColours - 1;  // grey

// That of the method whose run this is; grey for a run of none.
int ColourOf(const PageData& data, const TrainingLog& training) {
  for (const AccuracyTable::Method& method : data.table.methods) {
    for (const AccuracyTable::Run& run : method.runs) {
      if (IsRunOf(training, data.evaluations[run.evaluation].report)) {
        return data.ColourOf(method);
      }
    }
  }
  return kOfNoMethod;
}

// The names of the methods that have a curve, by their colours.
std::vector<std::string> TrainedMethods(const PageData& data) {
  std::vector<std::string> names(
      std::max<size_t>(data.table.methods.size(), kOfNoMethod + 1));
  for (const TrainingLog& training : data.trainings) {
    const auto colour = static_cast<size_t>(ColourOf(data, training));
    names[colour] = colour < data.table.methods.size()
                        ? data.table.methods[colour].name
                        : "not evaluated here";
  }
  return names;
}

// "0.051 ± 0.002".
std::string WithError(const DisagreementNumbers::Row& row) {
  std::string text = absl::StrFormat("%.4g", row.disagreement);
  if (row.standard_error.has_value()) {
    absl::StrAppendFormat(&text, " ± %.2g", *row.standard_error);
  }
  return text;
}

std::string PercentText(double fraction) {
  return absl::StrFormat("%.1f", 100 * fraction);
}

}  // namespace

std::string ThresholdsSection(const PageData& data) {
  std::string html;
  for (const ThresholdNumbers& numbers : data.thresholds) {
    XyChart chart{.title =
                      "Masked fraction by threshold, as in the table "
                      "below",
                  .x_label = "threshold on the relevance",
                  .y_label = "masked patches, %",
                  .width = 420,
                  .height = 300};
    XySeries mean{.colour = 0, .line = true};
    XySeries low{
        .colour = 0, .mark = XyMark::kNone, .line = true, .dashed = true};
    XySeries high = low;
    TextTable table{
        .title = absl::StrCat("Masked by object masks, % of the patches: ",
                              Basename(numbers.path)),
        .lines = {{"threshold", "mean", "lower quartile", "upper quartile",
                   "masks with none", "masks with all"}},
        .note = absl::StrCat(numbers.cams,
                             " CAMs; a context mask has the "
                             "other patches")};
    for (const ThresholdNumbers::Threshold& at : numbers.thresholds) {
      const std::string threshold = NumberText(at.threshold);
      mean.points.push_back({.x = at.threshold,
                             .y = 100 * at.mean,
                             .tip = absl::StrCat("threshold ", threshold, ": ",
                                                 PercentText(at.mean), " %")});
      low.points.push_back({.x = at.threshold, .y = 100 * at.lower_quartile});
      high.points.push_back({.x = at.threshold, .y = 100 * at.upper_quartile});
      table.lines.push_back(
          {threshold, PercentText(at.mean), PercentText(at.lower_quartile),
           PercentText(at.upper_quartile), absl::StrCat(at.none_masked),
           absl::StrCat(at.all_masked)});
    }
    chart.series = {low, high, mean};
    absl::StrAppend(&html, "<figure>", DrawXyChart(chart),
                    "<figcaption>Mean over the images, dashed the "
                    "quartiles</figcaption></figure>\n",
                    ToHtml(table));
  }
  return html;
}

std::string DisagreementSection(const PageData& data) {
  if (data.disagreement.rows.empty()) return "";
  TextTable table{
      .title = "Disagreement of the models on counterfactuals",
      .lines = {{"masks", "threshold or rate", "fill", "disagreement",
                 "on clean images", "ratio"}},
      .note =
          "± standard error over the images; the clean images' is the "
          "floor"};
  for (const DisagreementNumbers::Row& row : data.disagreement.rows) {
    table.lines.push_back(
        {row.mask, row.cut.has_value() ? NumberText(*row.cut) : "-", row.fill,
         WithError(row),
         row.clean.has_value() ? absl::StrFormat("%.5g", *row.clean) : "-",
         row.clean.has_value() && *row.clean > 0
             ? absl::StrFormat("%.2f", row.disagreement / *row.clean)
             : "-"});
  }
  return ToHtml(table);
}

std::string TrainingSection(const PageData& data) {
  if (data.trainings.empty()) return "";
  std::string html = absl::StrCat(ChartLegend(TrainedMethods(data)),
                                  "<div class=\"grid-of-charts\">");
  for (const Plot& plot : kPlots) {
    XyChart chart{.title = absl::StrCat("Training: ", plot.title),
                  .x_label = "step",
                  .y_label = plot.title,
                  .width = 420,
                  .height = 280};
    for (const TrainingLog& training : data.trainings) {
      const auto curve = training.curves.find(plot.name);
      if (curve == training.curves.end()) continue;
      const bool is_zero =
          std::all_of(curve->second.begin(), curve->second.end(),
                      [](const auto& point) { return point.second == 0; });
      if (is_zero) continue;  // ft distills nothing
      XySeries series{.colour = ColourOf(data, training),
                      .mark = XyMark::kNone,
                      .line = true};
      for (const auto& [step, value] : Thinned(curve->second, kPoints)) {
        series.points.push_back({.x = step, .y = value});
      }
      chart.series.push_back(series);
    }
    if (chart.series.empty()) continue;
    absl::StrAppend(&html, "<figure>", DrawXyChart(chart), "<figcaption>",
                    plot.title, "</figcaption></figure>");
  }
  return html + "</div>\n";
}

}  // namespace maskfill
