// Points and lines over two axes, as SVG.
#ifndef MASKFILL_CORE_DRAW_XY_CHART_H_
#define MASKFILL_CORE_DRAW_XY_CHART_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maskfill {

struct XyPoint {
  double x = 0;
  double y = 0;
  std::string tip = {};    // shown beside the pointer
  std::string label = {};  // written beside the point
  // Half lengths of the bars through the point; 0: none.
  double x_deviation = 0;
  double y_deviation = 0;
};

enum class XyMark { kDot, kSmallDot, kRing, kNone };

struct XySeries {
  int colour = 0;  // of chart_frame.h
  XyMark mark = XyMark::kDot;
  bool line = false;  // through the points, in order
  bool dashed = false;
  std::vector<XyPoint> points = {};
};

struct XyChart {
  std::string title;  // for those who do not see it
  std::string x_label;
  std::string y_label;
  std::vector<XySeries> series = {};
  // In place of what the points take.
  std::optional<std::pair<double, double>> x_range = std::nullopt;
  std::optional<std::pair<double, double>> y_range = std::nullopt;
  double width = 520;  // px
  double height = 380;
};

// Labels keep clear of each other and of the frame where there is room.
std::string DrawXyChart(const XyChart& chart);

}  // namespace maskfill

#endif  // MASKFILL_CORE_DRAW_XY_CHART_H_
