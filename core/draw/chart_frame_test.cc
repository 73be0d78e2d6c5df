#include "core/draw/chart_frame.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(Scale, EndsAtRoundTicksAroundTheValues) {
  // 70 to 95 with 4 % of room is 69 to 96: six steps of 5 fit.
  const Scale scale = Scale::Over({95, 70, 80}, 100, 400);
  EXPECT_THAT(scale.Ticks(), ElementsAre(65, 70, 75, 80, 85, 90, 95, 100));
  EXPECT_DOUBLE_EQ(scale.At(65), 100);
  EXPECT_DOUBLE_EQ(scale.At(100), 400);
  EXPECT_DOUBLE_EQ(scale.At(82.5), 250);
  EXPECT_EQ(scale.TickText(70), "70");
}

TEST(Scale, DoesNotGoBelowZeroForRoom) {
  const Scale scale = Scale::Over({0, 100}, 0, 1);
  EXPECT_EQ(scale.low, 0);
  EXPECT_EQ(scale.high, 120);
  EXPECT_LT(Scale::Over({-1, 100}, 0, 1).low, 0);
}

TEST(Scale, SmallStepsHaveDecimals) {
  const Scale scale = Scale::Over({0.01, 0.06}, 0, 1);
  EXPECT_DOUBLE_EQ(scale.step, 0.01);
  EXPECT_EQ(scale.TickText(0.05), "0.05");
  const Scale around = Scale::Over({-0.3, 0.3}, 0, 1);
  EXPECT_THAT(around.Ticks(), testing::Contains(0.0));
  EXPECT_EQ(around.TickText(0), "0.0");
}

TEST(Scale, HasWidthForOneValueAndNone) {
  for (const auto& values : {std::vector<double>{}, std::vector<double>{0},
                             std::vector<double>{5}}) {
    const Scale scale = Scale::Over(values, 0, 10);
    EXPECT_LT(scale.low, scale.high);
    EXPECT_GE(scale.Ticks().size(), 2);
  }
}

TEST(ChartFrame, TextIsEscaped) {
  EXPECT_EQ(SvgText(1, 2.25, "class=\"a\"", "a<b"),
            "<text x=\"1.0\" y=\"2.2\" class=\"a\">a&lt;b</text>");
  EXPECT_EQ(Px(-0.01), "0.0");
  EXPECT_THAT(ChartLegend({"a&b"}), testing::HasSubstr("a&amp;b"));
  // The others keep their colours.
  EXPECT_EQ(ChartLegend({"", "b"}),
            absl::StrCat("<ul class=\"legend\"><li><span class=\"swatch ",
                         SeriesClass(1),
                         "\" aria-hidden=\"true\"></span>b</li></ul>\n"));
  EXPECT_THAT(SvgChart(10, 20, "x\"y", ""),
              testing::HasSubstr("aria-label=\"x&quot;y\""));
  EXPECT_EQ(SeriesClass(9), "s1");
}

}  // namespace
}  // namespace maskfill
