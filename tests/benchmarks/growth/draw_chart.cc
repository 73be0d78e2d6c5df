// Draws a chart as the report's page does: JSON on stdin, SVG on stdout.
//
//   {"title": "...", "x_label": "...", "y_label": "...",
//    "series": [{"name": "...", "points": [[x, y], ...]}]}

#include <algorithm>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/draw/xy_chart.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

// Lines from zero, each named at its last point.
XyChart ParseChart(const nlohmann::json& json) {
  XyChart chart{.title = json.at("title"),
                .x_label = json.at("x_label"),
                .y_label = json.at("y_label"),
                .width = 640};
  double greatest = 0;
  for (const nlohmann::json& series : json.at("series")) {
    XySeries line{.colour = static_cast<int>(chart.series.size()),
                  .line = true};
    for (const nlohmann::json& point : series.at("points")) {
      line.points.push_back({.x = point.at(0), .y = point.at(1)});
      greatest = std::max(greatest, line.points.back().y);
    }
    if (!line.points.empty()) line.points.back().label = series.at("name");
    chart.series.push_back(line);
  }
  chart.y_range = {0, greatest};
  return chart;
}

absl::Status Run() {
  try {
    std::cout << DrawXyChart(ParseChart(nlohmann::json::parse(std::cin)));
  } catch (const nlohmann::json::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(
        "stdin is no chart (", e.what(),
        "); expected title, x_label, y_label and series of name and points"));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain("draw_chart < chart.json > chart.svg", &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
