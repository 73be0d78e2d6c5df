// What charts share: a scale with round ticks, and pieces of SVG.
//
// Charts name classes in place of colours, so that the page that shows them
// decides and may have a dark side: "s0" to "s7" for series (`color`), "grid",
// "axis", "faint", "label".
#ifndef MASKFILL_CORE_DRAW_CHART_FRAME_H_
#define MASKFILL_CORE_DRAW_CHART_FRAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace maskfill {

inline constexpr int kSeriesColours = 8;
// "s3"; colours repeat after the eighth.
std::string SeriesClass(int series);

// From values to px along one side of a chart.
struct Scale {
  // Over `values` with a little room, rounded to ticks at 1, 2 or 5 times a
  // power of ten. Without values, or with only one, it is widened around it.
  static Scale Over(const std::vector<double>& values, double px_from,
                    double px_to, int ticks = 6);

  double At(double value) const {
    return px_from + (value - low) / (high - low) * (px_to - px_from);
  }
  std::vector<double> Ticks() const;
  // As short as the step between ticks allows: "70", "0.05".
  std::string TickText(double tick) const;

  double low = 0;
  double high = 1;
  double step = 0.2;  // between ticks
  double px_from = 0;
  double px_to = 1;
};

// A coordinate with one decimal: equal charts are equal bytes.
std::string Px(double value);

// <text>, escaped. `attributes` are put in as they are.
std::string SvgText(double x, double y, absl::string_view attributes,
                    absl::string_view text);
std::string SvgLine(double x1, double y1, double x2, double y2,
                    absl::string_view attributes);

// A whole <svg> of this size around `content`; `title` is what a screen reader
// says, so it holds the chart's finding or what the chart shows.
std::string SvgChart(double width, double height, absl::string_view title,
                     absl::string_view content);

// A list of series names with their colours, in HTML; a series without a name
// is not listed.
std::string ChartLegend(const std::vector<std::string>& names);

}  // namespace maskfill

#endif  // MASKFILL_CORE_DRAW_CHART_FRAME_H_
