// Differences, sets and published values: other views of the table.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/names.h"
#include "core/draw/bar_chart.h"
#include "core/draw/chart_frame.h"
#include "core/draw/markup.h"
#include "eval/report/page/sections.h"
#include "eval/report/report_format.h"
#include "eval/report/text_table.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;

int ColourOf(const AccuracyTable& table, const std::string& name) {
  const AccuracyTable::Method* method = FindRow(table.methods, name);
  return method == nullptr ? 0
                           : static_cast<int>(method - table.methods.data());
}

// Of all differences and their intervals, so that the plots have one scale.
std::pair<double, double> RangeOf(const PairedDifferences& differences) {
  std::pair<double, double> range = {0, 0};
  const auto add = [&range](double value) {
    range.first = std::min(range.first, value);
    range.second = std::max(range.second, value);
  };
  for (const PairedDifferences::Method& method : differences.methods) {
    for (size_t i = 0; i < method.mean.size(); ++i) {
      if (method.mean[i].has_value()) add(*method.mean[i]);
      if (!method.intervals[i].has_value()) continue;
      add(method.intervals[i]->low);
      add(method.intervals[i]->high);
    }
  }
  return range;
}

// Each method's difference by column, the overall average first.
std::string DifferencePlots(const AccuracyTable& table,
                            const PairedDifferences& differences) {
  std::string html = "<div class=\"grid-of-charts\">";
  for (const PairedDifferences::Method& method : differences.methods) {
    if (!method.mean.back().has_value() && method.pairs.empty()) continue;
    DifferenceChart chart{
        .title = absl::StrCat(method.name, " less ", differences.baseline,
                              " by set, as in the table below"),
        .x_label = absl::StrCat("points more than ", differences.baseline),
        .range = RangeOf(differences),
        .width = 420};
    for (size_t i = table.columns.size(); i-- > 0;) {
      if (!method.mean[i].has_value()) continue;
      DifferenceChart::Row row{.label = table.columns[i].name,
                               .value = *method.mean[i],
                               .colour = ColourOf(table, method.name)};
      row.tip = absl::StrCat(row.label, ": ", Points(method.mean[i]), " ",
                             IntervalText(method.intervals[i]));
      if (method.intervals[i].has_value()) {
        row.low = method.intervals[i]->low;
        row.high = method.intervals[i]->high;
      }
      chart.rows.push_back(row);
    }
    if (chart.rows.empty()) continue;
    absl::StrAppend(&html, "<figure><figcaption><span class=\"swatch ",
                    SeriesClass(ColourOf(table, method.name)),
                    "\" aria-hidden=\"true\"></span>",
                    EscapeMarkup(method.name), "</figcaption>",
                    DrawDifferenceChart(chart), "</figure>");
  }
  return html + "</div>\n";
}

}  // namespace

std::string DifferencesSection(const PageData& data) {
  std::string html;
  for (size_t i = 0; i < data.differences.size(); ++i) {
    const PairedDifferences& differences = data.differences[i];
    std::string part =
        absl::StrCat(DifferencePlots(data.table, differences),
                     ToHtml(DifferenceText(data.table, differences)),
                     ToHtml(McNemarText(data.table, differences)));
    if (i > 0) {  // the first baseline is what the page is about
      part = absl::StrCat("<details><summary>Differences to ",
                          EscapeMarkup(differences.baseline), "</summary>\n",
                          part, "</details>\n");
    }
    absl::StrAppend(&html, part);
  }
  return html;
}

std::string SetsSection(const PageData& data) {
  BarChart chart{.title =
                     "Accuracy of every method on every set, as in the "
                     "first table",
                 .y_label = "top-1 %"};
  chart.categories = NamesOf(data.table.columns);
  for (const AccuracyTable::Method& method : data.table.methods) {
    std::vector<BarChart::Bar>& bars = chart.series.emplace_back();
    for (size_t i = 0; i < data.table.columns.size(); ++i) {
      bars.push_back(
          {.value = method.mean[i],
           .deviation = method.deviation[i].value_or(0),
           .tip = absl::StrCat(method.name, ", ", data.table.columns[i].name,
                               ": ", AccuracyCell(method, i))});
    }
  }
  return absl::StrCat("<figure>", ChartLegend(NamesOf(data.table.methods)),
                      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"Bars by set\">",
                      DrawBarChart(chart), "</div></figure>\n");
}

std::string PublishedSection(const PageData& data) {
  if (data.published.empty()) return "";
  return ToHtml(PublishedText(data.table, data.published));
}

}  // namespace maskfill
