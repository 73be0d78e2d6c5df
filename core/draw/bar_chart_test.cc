#include "core/draw/bar_chart.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(BarChart, StandsOnZeroAndLeavesOutWhatIsMissing) {
  BarChart chart;
  chart.categories = {"id", "r"};
  chart.series = {{{.value = 50, .deviation = 5, .tip = "a<b"}, {}},
                  {{.value = 100}, {.value = 0}}};
  const std::string svg = DrawBarChart(chart);
  EXPECT_EQ(Count(svg, "<rect"), 3);
  EXPECT_EQ(Count(svg, "class=\"whisker\""), 1);
  // 0 to 120 on 290 to 12 px: 50 is 115.8 px high, 100 twice that.
  EXPECT_THAT(
      svg, AllOf(HasSubstr("height=\"115.8\"><title>a&lt;b</title>"),
                 HasSubstr("height=\"231.7\""), HasSubstr("height=\"0.0\"")));
}

TEST(DifferenceChart, GoesBothWaysFromZero) {
  DifferenceChart chart;
  chart.rows = {{.label = "won", .value = 4, .low = 2.0, .high = 6.0},
                {},
                {.label = "lost", .value = -4}};
  const std::string svg = DrawDifferenceChart(chart);
  EXPECT_EQ(Count(svg, "<rect"), 2);
  EXPECT_EQ(Count(svg, "class=\"whisker\""), 1);
  EXPECT_EQ(Count(svg, "class=\"axis\""), 1);
  // Equal lengths on either side.
  const size_t first = svg.find("width=\"", svg.find("<rect"));
  const size_t second = svg.find("width=\"", svg.rfind("<rect"));
  EXPECT_EQ(svg.substr(first, 14), svg.substr(second, 14));
}

}  // namespace
}  // namespace maskfill
