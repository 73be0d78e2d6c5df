#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/draw/chart_frame.h"
#include "core/draw/markup.h"
#include "core/draw/xy_chart.h"
#include "eval/report/page/sections.h"
#include "eval/report/report_format.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;
using Method = AccuracyTable::Method;

// The text of a cell decides, so that what reads the same is marked the same.
bool IsBest(const AccuracyTable& table, const Method& method, size_t column) {
  if (!method.mean[column].has_value() || table.methods.size() < 2) {
    return false;
  }
  const auto text = [column](const Method& m) {
    return absl::StrFormat("%.1f", *m.mean[column]);
  };
  return std::none_of(table.methods.begin(), table.methods.end(),
                      [&](const Method& other) {
                        return other.mean[column].has_value() &&
                               *other.mean[column] > *method.mean[column] &&
                               text(other) != text(method);
                      });
}

std::string Cell(const AccuracyTable& table, const Method& method,
                 size_t column) {
  if (!method.mean[column].has_value()) {
    return "<td class=\"missing\">missing</td>";
  }
  std::string text = absl::StrFormat("%.1f", *method.mean[column]);
  if (IsBest(table, method, column)) {
    text = absl::StrCat("<strong>", text, "</strong>");
  }
  if (method.deviation[column].has_value()) {
    absl::StrAppendFormat(&text, "<span class=\"std\">±%.1f</span>",
                          *method.deviation[column]);
  }
  return absl::StrCat(table.columns[column].kind == Column::Kind::kAverage
                          ? "<td class=\"average\">"
                          : "<td>",
                      text, "</td>");
}

std::string Table(const PageData& data) {
  const AccuracyTable& table = data.table;
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Accuracy of every method on every set\">\n<table>\n"
      "<caption>Top-1 accuracy, %</caption>\n<thead><tr>"
      "<th scope=\"col\">method</th>";
  for (const Column& column : table.columns) {
    absl::StrAppend(
        &html, "<th scope=\"col\">", EscapeMarkup(column.name),
        column.in_distribution ? "<span class=\"n\">ID</span>" : "",
        column.counted > 0
            ? absl::StrCat("<span class=\"n\">n = ", column.counted, "</span>")
            : "",
        "</th>");
  }
  absl::StrAppend(&html,
                  "<th scope=\"col\">seeds</th></tr></thead>\n<tbody>\n");
  for (const Method& method : table.methods) {
    absl::StrAppend(&html, "<tr><th scope=\"row\"><span class=\"swatch ",
                    SeriesClass(data.ColourOf(method)),
                    "\" aria-hidden=\"true\"></span>",
                    EscapeMarkup(method.name), "</th>");
    for (size_t i = 0; i < table.columns.size(); ++i) {
      absl::StrAppend(&html, Cell(table, method, i));
    }
    absl::StrAppend(&html, "<td>", method.runs.size(), "</td></tr>\n");
  }
  return html +
         "</tbody></table></div>\n<p class=\"note\">Mean ± population standard "
         "deviation over seeds; averages are unweighted. Bold: best of its "
         "column.</p>\n";
}

std::string Tip(const std::string& name, const std::string& x_name, double x,
                const std::string& y_name, double y) {
  return absl::StrFormat("%s: %s %.2f, %s %.2f", name, x_name, x, y_name, y);
}

// Points of `sets` of a curve, or nothing where a column is missing.
void AddPoint(const PageData& data, const SetReports& sets,
              const std::string& name, XySeries* series) {
  const Accuracies top1 = Cells(data.table, sets);
  const std::optional<double>& x = top1[*data.table.id_column];
  const std::optional<double>& y = top1.back();
  if (!x.has_value() || !y.has_value()) return;
  series->points.push_back(
      {.x = *x,
       .y = *y,
       .tip = Tip(name, data.table.columns[*data.table.id_column].name, *x,
                  data.table.overall().name, *y)});
}

// Grey lines through the points of each WiSE-FT curve.
void AddCurves(const PageData& data, XyChart* chart) {
  for (const Evaluation& evaluation : data.evaluations) {
    if (!evaluation.is_curve()) continue;
    XySeries series{
        .colour = kSeriesColours - 1, .mark = XyMark::kSmallDot, .line = true};
    for (const v1::CurvePoint& point : evaluation.report.curve()) {
      AddPoint(data, point.sets(),
               absl::StrCat("WiSE-FT with ", evaluation.method, ", alpha ",
                            point.alpha()),
               &series);
    }
    chart->series.push_back(series);
  }
}

// What the plot, which needs an ID column, has, and no more.
std::string ScatterCaption(const PageData& data) {
  const bool seeds =
      std::any_of(data.table.methods.begin(), data.table.methods.end(),
                  [](const Method& method) { return method.runs.size() > 1; });
  const bool curves = std::any_of(
      data.evaluations.begin(), data.evaluations.end(),
      [](const Evaluation& evaluation) { return evaluation.is_curve(); });
  const size_t id = *data.table.id_column;
  const bool rings = std::any_of(data.published.begin(), data.published.end(),
                                 [id](const PublishedRow& row) {
                                   return row.top1[id].has_value() &&
                                          row.top1.back().has_value();
                                 });
  return absl::StrCat(
      "Up and to the right is better.",
      seeds ? " Large dots are means, bars deviations over seeds, small dots "
              "seeds."
            : "",
      curves ? " Grey lines are WiSE-FT curves." : "",
      rings ? " Rings are published values." : "");
}

std::string Scatter(const PageData& data) {
  if (!data.table.id_column.has_value()) return "";
  const size_t id = *data.table.id_column;
  XyChart chart{
      .title = absl::StrCat(
          "Accuracy of each method on ", data.table.columns[id].name, " and ",
          data.table.overall().name, ", as in the table beside it"),
      .x_label = absl::StrCat(data.table.columns[id].name, ", top-1 %"),
      .y_label = absl::StrCat(data.table.overall().name, ", top-1 %")};
  AddCurves(data, &chart);
  for (const Method& method : data.table.methods) {
    const int colour = data.ColourOf(method);
    if (!method.mean[id].has_value() || !method.mean.back().has_value()) {
      continue;
    }
    if (method.runs.size() > 1) {
      XySeries seeds{.colour = colour, .mark = XyMark::kSmallDot};
      for (const AccuracyTable::Run& run : method.runs) {
        AddPoint(data, data.evaluations[run.evaluation].report.sets(),
                 absl::StrCat(method.name, ", seed ", run.seed.value_or(0)),
                 &seeds);
      }
      chart.series.push_back(seeds);
    }
    chart.series.push_back(
        {.colour = colour,
         .points = {{.x = *method.mean[id],
                     .y = *method.mean.back(),
                     .tip = Tip(method.name, data.table.columns[id].name,
                                *method.mean[id], data.table.overall().name,
                                *method.mean.back()),
                     .label = method.name,
                     .x_deviation = method.deviation[id].value_or(0),
                     .y_deviation = method.deviation.back().value_or(0)}}});
  }
  for (const PublishedRow& row : data.published) {
    const auto& x = row.top1[id];
    const auto& y = row.top1.back();
    if (!x.has_value() || !y.has_value()) continue;
    chart.series.push_back(
        {.colour = kSeriesColours - 1,
         .mark = XyMark::kRing,
         .points = {{.x = *x,
                     .y = *y,
                     .tip = Tip(absl::StrCat(row.method, " (", row.source, ")"),
                                data.table.columns[id].name, *x,
                                data.table.overall().name, *y)}}});
  }
  return absl::StrCat("<figure>", DrawXyChart(chart), "<figcaption>",
                      ScatterCaption(data), "</figcaption></figure>\n");
}

}  // namespace

std::string OverviewSection(const PageData& data) {
  return absl::StrCat("<div class=\"overview\"><div>", Table(data), "</div>",
                      Scatter(data), "</div>\n");
}

}  // namespace maskfill
