#include "core/draw/xy_chart.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Axes from 0 to 100: the frame is 58 to 506 px across and 336 up to 12 px.
XyChart Chart(XySeries series) {
  XyChart chart;
  chart.title = "a";
  chart.x_range = {0.0, 100.0};
  chart.y_range = {0.0, 100.0};
  chart.series.push_back(std::move(series));
  return chart;
}

TEST(XyChart, PointsLieWhereTheirValuesAre) {
  const std::string svg = DrawXyChart(
      Chart({.colour = 3,
             .points = {{.x = 0, .y = 0}, {.x = 50, .y = 100, .tip = "t<"}}}));
  // 58 + 0.5 * 448 and 336 - 324.
  EXPECT_THAT(svg, AllOf(HasSubstr("class=\"dot s3\" cx=\"58.0\" cy=\"336.0\""),
                         HasSubstr("class=\"dot s3\" cx=\"282.0\" cy=\"12.0\""),
                         HasSubstr("<title>t&lt;</title>"),
                         Not(HasSubstr("<polyline")), Not(HasSubstr("nan"))));
}

TEST(XyChart, LinesGoThroughThePointsInOrder) {
  const std::string svg =
      DrawXyChart(Chart({.mark = XyMark::kNone,
                         .line = true,
                         .dashed = true,
                         .points = {{.x = 100, .y = 0}, {.x = 0, .y = 50}}}));
  EXPECT_THAT(svg, AllOf(HasSubstr("<polyline class=\"line s0 dashed\" "
                                   "points=\"506.0,336.0 58.0,174.0\"/>"),
                         Not(HasSubstr("<circle"))));
}

TEST(XyChart, LabelsKeepClearOfEachOther) {
  // 18 px apart, so that neither label may lie on the other's point.
  const std::string svg =
      DrawXyChart(Chart({.points = {{.x = 40, .y = 50, .label = "first"},
                                    {.x = 44, .y = 50, .label = "second"}}}));
  // The first ends before its point at 58 + 0.40 * 448 px, the second begins
  // behind its own at 58 + 0.44 * 448 px.
  EXPECT_THAT(svg,
              AllOf(HasSubstr("<text x=\"228.2\" y=\"178.5\" class=\"label\" "
                              "text-anchor=\"end\">first<"),
                    HasSubstr("<text x=\"264.1\" y=\"178.5\" class=\"label\" "
                              "text-anchor=\"start\">second<")));
}

TEST(XyChart, WithoutPointsIsAFrame) {
  XyChart chart;
  chart.series.push_back({});
  EXPECT_THAT(DrawXyChart(chart),
              AllOf(HasSubstr("<svg"), Not(HasSubstr("nan"))));
}

}  // namespace
}  // namespace maskfill
