#include "core/draw/chart_frame.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/draw/markup.h"

namespace maskfill {

std::string SeriesClass(int series) {
  return absl::StrCat("s", series % kSeriesColours);
}

Scale Scale::Over(const std::vector<double>& values, double px_from,
                  double px_to, int ticks) {
  Scale scale;
  scale.px_from = px_from;
  scale.px_to = px_to;
  if (values.empty()) return scale;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  double low = *least;
  double high = *most;
  const double room =
      high > low ? 0.04 * (high - low) : std::max(1e-6, 0.05 * std::abs(high));
  low -= room;
  high += room;
  const double rough = (high - low) / ticks;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  scale.step = 10 * power;
  for (const double multiple : {5.0, 2.0, 1.0}) {
    if (multiple * power >= rough) scale.step = multiple * power;
  }
  scale.low = std::floor(low / scale.step) * scale.step;
  scale.high = std::ceil(high / scale.step) * scale.step;
  // Room is for marks near the edge; no value lies beyond zero for it.
  if (*least >= 0) scale.low = std::max(scale.low, 0.0);
  return scale;
}

std::vector<double> Scale::Ticks() const {
  std::vector<double> ticks;
  const int64_t count = std::llround((high - low) / step);
  for (int64_t i = 0; i <= count; ++i) {
    const double tick = low + static_cast<double>(i) * step;
    ticks.push_back(std::abs(tick) < step / 2 ? 0 : tick);
  }
  return ticks;
}

std::string Scale::TickText(double tick) const {
  const int decimals =
      std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  if (std::abs(tick) >= 1e6 || decimals > 4) {
    return absl::StrFormat("%.3g", tick);
  }
  return absl::StrFormat("%.*f", decimals, tick);
}

std::string Px(double value) {
  const std::string text = absl::StrFormat("%.1f", value);
  return text == "-0.0" ? "0.0" : text;
}

std::string SvgText(double x, double y, absl::string_view attributes,
                    absl::string_view text) {
  return absl::StrCat("<text x=\"", Px(x), "\" y=\"", Px(y), "\" ", attributes,
                      ">", EscapeMarkup(text), "</text>");
}

std::string SvgLine(double x1, double y1, double x2, double y2,
                    absl::string_view attributes) {
  return absl::StrCat("<line x1=\"", Px(x1), "\" y1=\"", Px(y1), "\" x2=\"",
                      Px(x2), "\" y2=\"", Px(y2), "\" ", attributes, "/>");
}

std::string SvgChart(double width, double height, absl::string_view title,
                     absl::string_view content) {
  return absl::StrCat("<svg class=\"chart\" role=\"img\" viewBox=\"0 0 ",
                      Px(width), " ", Px(height),
                      "\" style=\"max-width: ", Px(width), "px\" aria-label=\"",
                      EscapeMarkup(title), "\">", content, "</svg>\n");
}

std::string ChartLegend(const std::vector<std::string>& names) {
  std::string html = "<ul class=\"legend\">";
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    absl::StrAppend(
        &html, "<li><span class=\"swatch ", SeriesClass(static_cast<int>(i)),
        "\" aria-hidden=\"true\"></span>", EscapeMarkup(names[i]), "</li>");
  }
  return html + "</ul>\n";
}

}  // namespace maskfill
