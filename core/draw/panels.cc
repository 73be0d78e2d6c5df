#include "core/draw/panels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "glog/logging.h"

namespace maskfill {
namespace {

using Pixel = std::array<uint8_t, 3>;

constexpr Pixel kMasked = {58, 62, 72};
constexpr Pixel kMaskedBorder = {78, 84, 96};

Pixel HeatColour(float value) {
  constexpr float kStops[5][3] = {{0, 0, 4},
                                  {81, 18, 124},
                                  {183, 55, 121},
                                  {252, 137, 97},
                                  {252, 253, 191}};
  const float scaled = std::clamp(value, 0.0f, 1.0f) * 4.0f;
  const int low = std::min(static_cast<int>(scaled), 3);
  const float weight = scaled - static_cast<float>(low);
  Pixel colour;
  for (int c = 0; c < 3; ++c) {
    colour[c] = static_cast<uint8_t>(std::lround(
        kStops[low][c] + weight * (kStops[low + 1][c] - kStops[low][c])));
  }
  return colour;
}

// At the place (v, u) in patches from the first patch's centre.
float RelevanceAt(const PatchGrid& grid, absl::Span<const float> relevance,
                  float v, float u) {
  const auto at = [&](int64_t row, int64_t col) {
    row = std::clamp<int64_t>(row, 0, grid.rows - 1);
    col = std::clamp<int64_t>(col, 0, grid.cols - 1);
    return relevance[static_cast<size_t>(row * grid.cols + col)];
  };
  const int64_t row = static_cast<int64_t>(std::floor(v));
  const int64_t col = static_cast<int64_t>(std::floor(u));
  const float dv = v - static_cast<float>(row);
  const float du = u - static_cast<float>(col);
  return (1 - dv) * ((1 - du) * at(row, col) + du * at(row, col + 1)) +
         dv * ((1 - du) * at(row + 1, col) + du * at(row + 1, col + 1));
}

}  // namespace

Image RelevancePanel(const Image& picture, const PatchGrid& grid,
                     absl::Span<const float> relevance) {
  CHECK_EQ(static_cast<int64_t>(relevance.size()), grid.num_patches());
  Image panel(picture.height, picture.width);
  for (int64_t y = 0; y < panel.height; ++y) {
    const float v = (y + 0.5f) * grid.rows / panel.height - 0.5f;
    for (int64_t x = 0; x < panel.width; ++x) {
      const float u = (x + 0.5f) * grid.cols / panel.width - 0.5f;
      const uint8_t* from = picture.Row(y) + 3 * x;
      const float grey = 0.299f * from[0] + 0.587f * from[1] + 0.114f * from[2];
      const Pixel heat = HeatColour(RelevanceAt(grid, relevance, v, u));
      for (int c = 0; c < 3; ++c) {
        panel.Row(y)[3 * x + c] =
            static_cast<uint8_t>(std::lround(0.4f * grey + 0.6f * heat[c]));
      }
    }
  }
  return panel;
}

Image MaskPanel(const Image& picture, const PatchGrid& grid,
                const PatchMask& mask) {
  CHECK_EQ(mask.size(), grid.num_patches());
  Image panel = picture;
  for (int64_t y = 0; y < panel.height; ++y) {
    const int64_t row = y * grid.rows / panel.height;
    for (int64_t x = 0; x < panel.width; ++x) {
      const int64_t col = x * grid.cols / panel.width;
      if (!mask.masked(row * grid.cols + col)) continue;
      // The first line or column of its patch.
      const bool border = y == 0 || x == 0 ||
                          (y - 1) * grid.rows / panel.height != row ||
                          (x - 1) * grid.cols / panel.width != col;
      const Pixel& colour = border ? kMaskedBorder : kMasked;
      std::copy(colour.begin(), colour.end(), panel.Row(y) + 3 * x);
    }
  }
  return panel;
}

Image EmptySheet(int64_t height, int64_t width) {
  Image sheet(height, width);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), uint8_t{255});
  return sheet;
}

void Paste(const Image& panel, int64_t top, int64_t left, int64_t zoom,
           Image* sheet) {
  CHECK_LE(top + panel.height * zoom, sheet->height);
  CHECK_LE(left + panel.width * zoom, sheet->width);
  for (int64_t y = 0; y < panel.height * zoom; ++y) {
    const uint8_t* from = panel.Row(y / zoom);
    uint8_t* to = sheet->Row(top + y) + 3 * left;
    for (int64_t x = 0; x < panel.width * zoom; ++x) {
      std::copy_n(from + x / zoom * 3, 3, to + x * 3);
    }
  }
}

}  // namespace maskfill
