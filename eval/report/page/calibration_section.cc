#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/draw/chart_frame.h"
#include "core/draw/markup.h"
#include "core/draw/xy_chart.h"
#include "eval/report/page/sections.h"
#include "eval/report/text_table.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;
using Method = AccuracyTable::Method;
using Measure = std::function<std::optional<double>(const v1::SetReport&)>;

constexpr double kLeastShare = 0.01;  // of the images, for a bin to be drawn

// Mean over seeds of a measure, methods as rows and sets as columns. Without
// lines when no report has it.
TextTable MeasureTable(const PageData& data, const std::string& title,
                       const std::string& note, const Measure& measure) {
  TextTable table{.title = title, .note = note};
  std::vector<std::string>& header = table.lines.emplace_back();
  header.push_back("method");
  for (const Column& column : data.table.columns) {
    if (column.kind == Column::Kind::kSet) header.push_back(column.name);
  }
  bool any = false;
  for (const Method& method : data.table.methods) {
    std::vector<std::string> line = {method.name};
    for (const Column& column : data.table.columns) {
      if (column.kind != Column::Kind::kSet) continue;
      double sum = 0;
      double count = 0;
      for (const v1::SetReport* set : data.SetsOf(method)) {
        const std::optional<double> value = measure(*set);
        if (set->name() != column.name || !value.has_value()) continue;
        sum += *value;
        ++count;
      }
      any |= count > 0;
      line.push_back(count > 0 ? absl::StrFormat("%.3f", sum / count) : "-");
    }
    table.lines.push_back(line);
  }
  if (!any) table.lines.clear();
  return table;
}

// Of the sets on one side of the shift, all seeds together. Gives methods that
// have a curve their names, by their colours.
std::string Reliability(const PageData& data, bool in_distribution,
                        std::vector<std::string>* names) {
  XyChart chart{.title = "How often a confident answer is right",
                .x_label = "mean confidence, %",
                .y_label = "right, %",
                .x_range = std::pair(0.0, 100.0),
                .y_range = std::pair(0.0, 100.0),
                .width = 420,
                .height = 360};
  chart.series.push_back({.colour = kSeriesColours - 1,
                          .mark = XyMark::kNone,
                          .line = true,
                          .dashed = true,
                          .points = {{.x = 0, .y = 0}, {.x = 100, .y = 100}}});
  std::vector<std::string> sets;
  for (const Column& column : data.table.columns) {
    if (column.kind == Column::Kind::kSet &&
        column.in_distribution == in_distribution) {
      sets.push_back(column.name);
    }
  }
  if (sets.empty()) return "";
  for (const Method& method : data.table.methods) {
    std::vector<v1::CalibrationBin> bins;
    double counted = 0;
    for (const v1::SetReport* set : data.SetsOf(method)) {
      if (std::find(sets.begin(), sets.end(), set->name()) == sets.end()) {
        continue;
      }
      bins.resize(set->calibration().bins_size());
      for (size_t b = 0; b < bins.size(); ++b) {
        const v1::CalibrationBin& bin =
            set->calibration().bins(static_cast<int>(b));
        bins[b].set_counted(bins[b].counted() + bin.counted());
        bins[b].set_top1_right(bins[b].top1_right() + bin.top1_right());
        bins[b].set_confidence_sum(bins[b].confidence_sum() +
                                   bin.confidence_sum());
        counted += static_cast<double>(bin.counted());
      }
    }
    XySeries series{.colour = data.ColourOf(method),
                    .mark = XyMark::kSmallDot,
                    .line = true};
    for (const v1::CalibrationBin& bin : bins) {
      const double images = static_cast<double>(bin.counted());
      if (images == 0 || images < kLeastShare * counted) continue;
      const double right = 100 * static_cast<double>(bin.top1_right()) / images;
      const double confidence = 100 * bin.confidence_sum() / images;
      series.points.push_back(
          {.x = confidence,
           .y = right,
           .tip =
               absl::StrFormat("%s: %d answers with %.1f %% confidence, "
                               "%.1f %% right",
                               method.name, bin.counted(), confidence, right)});
    }
    if (series.points.empty()) continue;
    (*names)[static_cast<size_t>(series.colour)] = method.name;
    chart.series.push_back(series);
  }
  if (chart.series.size() == 1) return "";
  return absl::StrCat("<figure>", DrawXyChart(chart), "<figcaption>",
                      EscapeMarkup(absl::StrJoin(sets, ", ")),
                      "</figcaption></figure>");
}

}  // namespace

std::string CalibrationSection(const PageData& data) {
  const std::string ece = ToHtml(MeasureTable(
      data, "Expected calibration error", "15 bins, 0 to 1; mean over seeds",
      [](const auto& set) -> std::optional<double> {
        if (!set.has_calibration()) return std::nullopt;
        return set.calibration().ece();
      }));
  if (ece.empty()) return "";
  std::string html = "<div class=\"grid-of-charts\">";
  std::vector<std::string> names(data.table.methods.size());
  for (const bool in_distribution : {true, false}) {
    absl::StrAppend(&html, Reliability(data, in_distribution, &names));
  }
  absl::StrAppend(
      &html, "</div>\n", ChartLegend(names),
      "<p class=\"note\">Above the dashed line answers are right more often "
      "than the model believes, below it less often. Bins with few images are "
      "left out.</p>\n",
      ece,
      ToHtml(MeasureTable(data, "Negative log likelihood",
                          "nats; mean over seeds",
                          [](const auto& set) -> std::optional<double> {
                            if (!set.has_calibration()) return std::nullopt;
                            return set.loss();
                          })),
      ToHtml(MeasureTable(
          data, "Expected calibration error after temperature scaling",
          "one temperature for each model, fitted on an in-distribution set",
          [](const auto& set) -> std::optional<double> {
            if (!set.has_scaled()) return std::nullopt;
            return set.scaled().calibration().ece();
          })));
  return html;
}

}  // namespace maskfill
