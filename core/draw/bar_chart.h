// Bars, upright from zero and sideways from zero, as SVG.
#ifndef MASKFILL_CORE_DRAW_BAR_CHART_H_
#define MASKFILL_CORE_DRAW_BAR_CHART_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maskfill {

// For each category a bar of every series, side by side, from zero.
struct BarChart {
  struct Bar {
    std::optional<double> value;  // none: no bar
    double deviation = 0;         // half length of the bar through its end
    std::string tip = {};         // shown beside the pointer
  };
  std::string title;  // for those who do not see it
  std::string y_label;
  std::vector<std::string> categories = {};
  std::vector<std::vector<Bar>> series = {};  // by series, then category
  double width = 900;                         // px
  double height = 320;
};

std::string DrawBarChart(const BarChart& chart);

// A list of differences from zero, with intervals where they are known.
struct DifferenceChart {
  struct Row {
    std::string label;
    double value = 0;
    std::optional<double> low = std::nullopt;
    std::optional<double> high = std::nullopt;
    int colour = 0;  // of chart_frame.h
    std::string tip = {};
  };
  std::string title;
  std::string x_label;
  std::vector<Row> rows = {};  // an empty label: room between groups
  // In place of what the rows take, so that charts can be compared.
  std::optional<std::pair<double, double>> range = std::nullopt;
  double width = 520;  // px; the height follows from the rows
};

std::string DrawDifferenceChart(const DifferenceChart& chart);

}  // namespace maskfill

#endif  // MASKFILL_CORE_DRAW_BAR_CHART_H_
