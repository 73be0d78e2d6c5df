#include "core/draw/bar_chart.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/draw/chart_frame.h"
#include "core/draw/markup.h"

namespace maskfill {
namespace {

constexpr double kLeft = 52;
constexpr double kTop = 12;
constexpr double kBottom = 30;
constexpr double kRow = 24;  // px, of a difference

std::string Rectangle(double left, double top, double right, double bottom,
                      int colour, const std::string& tip) {
  return absl::StrCat("<rect class=\"bar ", SeriesClass(colour), "\" x=\"",
                      Px(std::min(left, right)), "\" y=\"",
                      Px(std::min(top, bottom)), "\" width=\"",
                      Px(std::abs(right - left)), "\" height=\"",
                      Px(std::abs(bottom - top)), "\"><title>",
                      EscapeMarkup(tip), "</title></rect>");
}

}  // namespace

std::string DrawBarChart(const BarChart& chart) {
  std::vector<double> values = {0};
  for (const auto& bars : chart.series) {
    for (const BarChart::Bar& bar : bars) {
      if (bar.value.has_value()) values.push_back(*bar.value + bar.deviation);
    }
  }
  const double bottom = chart.height - kBottom;
  const Scale y = Scale::Over(values, bottom, kTop);
  std::string svg;
  for (const double tick : y.Ticks()) {
    absl::StrAppend(
        &svg,
        SvgLine(kLeft, y.At(tick), chart.width, y.At(tick), "class=\"grid\""),
        SvgText(kLeft - 7, y.At(tick) + 4, "text-anchor=\"end\"",
                y.TickText(tick)));
  }
  absl::StrAppend(
      &svg,
      SvgText(14, (kTop + bottom) / 2,
              absl::StrCat("text-anchor=\"middle\" transform=\"rotate(-90 14 ",
                           Px((kTop + bottom) / 2), ")\""),
              chart.y_label));
  const double category =
      (chart.width - kLeft) / static_cast<double>(chart.categories.size());
  const double bar_width = std::min(
      34.0, 0.82 * category / static_cast<double>(chart.series.size()));
  for (size_t c = 0; c < chart.categories.size(); ++c) {
    const double middle = kLeft + (static_cast<double>(c) + 0.5) * category;
    absl::StrAppend(&svg,
                    SvgText(middle, chart.height - 8, "text-anchor=\"middle\"",
                            chart.categories[c]));
    double left =
        middle - bar_width * static_cast<double>(chart.series.size()) / 2;
    for (size_t s = 0; s < chart.series.size(); ++s, left += bar_width) {
      const BarChart::Bar& bar = chart.series[s][c];
      if (!bar.value.has_value()) continue;
      absl::StrAppend(
          &svg, Rectangle(left + 1, y.At(*bar.value), left + bar_width - 1,
                          bottom, static_cast<int>(s), bar.tip));
      if (bar.deviation <= 0) continue;
      const double x = left + bar_width / 2;
      absl::StrAppend(
          &svg, SvgLine(x, y.At(*bar.value - bar.deviation), x,
                        y.At(*bar.value + bar.deviation), "class=\"whisker\""));
    }
  }
  return SvgChart(chart.width, chart.height, chart.title, svg);
}

std::string DrawDifferenceChart(const DifferenceChart& chart) {
  std::vector<double> values = {0};
  if (chart.range.has_value()) {
    values.push_back(chart.range->first);
    values.push_back(chart.range->second);
  }
  size_t longest = 0;
  for (const DifferenceChart::Row& row : chart.rows) {
    values.push_back(row.value);
    if (row.low.has_value()) values.push_back(*row.low);
    if (row.high.has_value()) values.push_back(*row.high);
    longest = std::max(longest, row.label.size());
  }
  const double left =
      std::min(chart.width / 2, 10 + 7.2 * static_cast<double>(longest));
  const Scale x = Scale::Over(values, left, chart.width - 14, 5);
  const double bottom = kTop + kRow * static_cast<double>(chart.rows.size());
  std::string svg;
  for (const double tick : x.Ticks()) {
    absl::StrAppend(&svg,
                    SvgLine(x.At(tick), kTop, x.At(tick), bottom,
                            tick == 0 ? "class=\"axis\"" : "class=\"grid\""),
                    SvgText(x.At(tick), bottom + 17, "text-anchor=\"middle\"",
                            x.TickText(tick)));
  }
  double top = kTop;
  for (const DifferenceChart::Row& row : chart.rows) {
    const double middle = top + kRow / 2;
    top += kRow;
    if (row.label.empty()) continue;
    absl::StrAppend(
        &svg, SvgText(left - 8, middle + 4, "text-anchor=\"end\"", row.label),
        Rectangle(x.At(0), middle - 7, x.At(row.value), middle + 7, row.colour,
                  row.tip));
    if (row.low.has_value() && row.high.has_value()) {
      absl::StrAppend(&svg, SvgLine(x.At(*row.low), middle, x.At(*row.high),
                                    middle, "class=\"whisker\""));
    }
  }
  absl::StrAppend(&svg, SvgText((left + chart.width) / 2, bottom + 36,
                                "text-anchor=\"middle\"", chart.x_label));
  return SvgChart(chart.width, bottom + 44, chart.title, svg);
}

}  // namespace maskfill
