#include "core/draw/xy_chart.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "core/draw/chart_frame.h"
#include "core/draw/markup.h"

namespace maskfill {
namespace {

constexpr double kLeft = 58;
constexpr double kRight = 14;
constexpr double kTop = 12;
constexpr double kBottom = 44;
constexpr double kLetter = 7.6;  // px, mean width of a letter of a label
constexpr double kLine = 15;     // px, height of a label

struct Box {
  bool Overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom &&
           other.top < bottom;
  }
  double left, top, right, bottom;
};

class Drawing {
 public:
  explicit Drawing(const XyChart& chart) : chart_(chart) {
    std::vector<double> xs;
    std::vector<double> ys;
    for (const XySeries& series : chart.series) {
      for (const XyPoint& point : series.points) {
        for (const int sign : {-1, 1}) {
          xs.push_back(point.x + sign * point.x_deviation);
          ys.push_back(point.y + sign * point.y_deviation);
        }
      }
    }
    x_ = ScaleOf(xs, chart.x_range, kLeft, chart.width - kRight);
    y_ = ScaleOf(ys, chart.y_range, chart.height - kBottom, kTop);
  }

  std::string Draw() {
    DrawFrame();
    for (const XySeries& series : chart_.series) {
      if (series.line) DrawLine(series);
    }
    for (const XySeries& series : chart_.series) DrawMarks(series);
    for (const XySeries& series : chart_.series) {
      for (const XyPoint& point : series.points) DrawLabel(point);
    }
    return SvgChart(chart_.width, chart_.height, chart_.title, svg_);
  }

 private:
  static Scale ScaleOf(const std::vector<double>& values,
                       const std::optional<std::pair<double, double>>& range,
                       double from, double to) {
    Scale scale = Scale::Over(
        range.has_value() ? std::vector<double>{range->first, range->second}
                          : values,
        from, to);
    if (range.has_value()) {
      scale.low = range->first;
      scale.high = range->second;
    }
    return scale;
  }

  void DrawFrame() {
    const double bottom = chart_.height - kBottom;
    for (const double tick : x_.Ticks()) {
      absl::StrAppend(
          &svg_,
          SvgLine(x_.At(tick), kTop, x_.At(tick), bottom, "class=\"grid\""),
          SvgText(x_.At(tick), bottom + 17, "text-anchor=\"middle\"",
                  x_.TickText(tick)));
    }
    for (const double tick : y_.Ticks()) {
      absl::StrAppend(&svg_,
                      SvgLine(kLeft, y_.At(tick), chart_.width - kRight,
                              y_.At(tick), "class=\"grid\""),
                      SvgText(kLeft - 7, y_.At(tick) + 4, "text-anchor=\"end\"",
                              y_.TickText(tick)));
    }
    const double middle = (kLeft + chart_.width - kRight) / 2;
    const double height = (kTop + bottom) / 2;
    absl::StrAppend(
        &svg_,
        SvgText(middle, chart_.height - 6, "text-anchor=\"middle\"",
                chart_.x_label),
        SvgText(
            14, height,
            absl::StrCat("text-anchor=\"middle\" transform=\"rotate(-90 14 ",
                         Px(height), ")\""),
            chart_.y_label));
  }

  void DrawLine(const XySeries& series) {
    std::string points;
    for (const XyPoint& point : series.points) {
      absl::StrAppend(&points, points.empty() ? "" : " ", Px(x_.At(point.x)),
                      ",", Px(y_.At(point.y)));
    }
    absl::StrAppend(&svg_, "<polyline class=\"line ",
                    SeriesClass(series.colour), series.dashed ? " dashed" : "",
                    "\" points=\"", points, "\"/>");
  }

  void DrawMarks(const XySeries& series) {
    if (series.mark == XyMark::kNone) return;
    const double radius = series.mark == XyMark::kSmallDot ? 3 : 5.5;
    const std::string kind =
        absl::StrCat(series.mark == XyMark::kRing ? "ring " : "dot ",
                     SeriesClass(series.colour),
                     series.mark == XyMark::kSmallDot ? " faint" : "");
    const std::string bar =
        absl::StrCat("class=\"bar-line ", SeriesClass(series.colour), "\"");
    for (const XyPoint& point : series.points) {
      const double x = x_.At(point.x);
      const double y = y_.At(point.y);
      taken_.push_back({x - radius, y - radius, x + radius, y + radius});
      if (point.x_deviation > 0) {
        absl::StrAppend(&svg_,
                        SvgLine(x_.At(point.x - point.x_deviation), y,
                                x_.At(point.x + point.x_deviation), y, bar));
      }
      if (point.y_deviation > 0) {
        absl::StrAppend(&svg_,
                        SvgLine(x, y_.At(point.y - point.y_deviation), x,
                                y_.At(point.y + point.y_deviation), bar));
      }
      absl::StrAppend(&svg_, "<circle class=\"", kind, "\" cx=\"", Px(x),
                      "\" cy=\"", Px(y), "\" r=\"", radius, "\">");
      if (!point.tip.empty()) {
        absl::StrAppend(&svg_, "<title>", EscapeMarkup(point.tip), "</title>");
      }
      absl::StrAppend(&svg_, "</circle>");
    }
  }

  // At the first place around the point where nothing is yet.
  void DrawLabel(const XyPoint& point) {
    if (point.label.empty()) return;
    const double width = kLetter * static_cast<double>(point.label.size());
    const double x = x_.At(point.x);
    const double y = y_.At(point.y);
    // Where the text is fixed, so that a wider font grows away from the point.
    struct Place {
      double x, top;
      const char* anchor;
      double left;  // of the text, in widths from x
    };
    const std::array<Place, 8> places = {{
        {x + 9, y - kLine / 2, "start", 0},
        {x - 9, y - kLine / 2, "end", -1},
        {x, y - 9 - kLine, "middle", -0.5},
        {x, y + 9, "middle", -0.5},
        {x + 7, y - 7 - kLine, "start", 0},
        {x - 7, y - 7 - kLine, "end", -1},
        {x + 7, y + 7, "start", 0},
        {x - 7, y + 7, "end", -1},
    }};
    const Place* best = nullptr;
    Box taken = {};
    for (const Place& place : places) {
      const double left = place.x + place.left * width;
      const Box box = {left, place.top, left + width, place.top + kLine};
      const bool inside = box.left >= kLeft && box.top >= 0 &&
                          box.right <= chart_.width - 2 &&
                          box.bottom <= chart_.height - kBottom;
      const bool is_free =
          std::none_of(taken_.begin(), taken_.end(),
                       [&box](const Box& b) { return b.Overlaps(box); });
      if (!inside || (!is_free && best != nullptr)) continue;
      best = &place;
      taken = box;
      if (is_free) break;
    }
    if (best == nullptr) return;  // the legend and the tip say it
    taken_.push_back(taken);
    absl::StrAppend(&svg_,
                    SvgText(best->x, best->top + 12,
                            absl::StrCat("class=\"label\" text-anchor=\"",
                                         best->anchor, "\""),
                            point.label));
  }

  const XyChart& chart_;
  Scale x_;
  Scale y_;
  std::vector<Box> taken_;
  std::string svg_;
};

}  // namespace

std::string DrawXyChart(const XyChart& chart) { return Drawing(chart).Draw(); }

}  // namespace maskfill
