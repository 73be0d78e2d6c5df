#include "mask_tool/preview.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/image/resize.h"
#include "mask_tool/bitmap_text.h"
#include "mask_tool/patch_masks.h"

namespace maskfill {
namespace {

constexpr int64_t kPanel = 224;    // px, side of a picture
constexpr int64_t kMargin = 20;    // px, around the sheet
constexpr int64_t kGap = 8;        // px, between pictures
constexpr int64_t kRowGap = 18;    // px, between rows
constexpr int64_t kScale = 2;      // of text
constexpr int64_t kBlockRows = 4;  // more rows become two blocks
constexpr Rgb kTextColour = {40, 44, 52};
constexpr Rgb kCaptionColour = {110, 116, 128};
constexpr Rgb kMaskedColour = {58, 62, 72};
constexpr Rgb kMaskedBorder = {78, 84, 96};

// Five stops of a perceptually even map from black over violet and orange to
// pale yellow.
Rgb HeatColour(float value) {
  constexpr float kStops[5][3] = {{0, 0, 4},
                                  {81, 18, 124},
                                  {183, 55, 121},
                                  {252, 137, 97},
                                  {252, 253, 191}};
  const float scaled = std::clamp(value, 0.0f, 1.0f) * 4.0f;
  const int low = std::min(static_cast<int>(scaled), 3);
  const float weight = scaled - static_cast<float>(low);
  Rgb colour;
  for (int c = 0; c < 3; ++c) {
    colour[c] = static_cast<uint8_t>(std::lround(
        kStops[low][c] + weight * (kStops[low + 1][c] - kStops[low][c])));
  }
  return colour;
}

// The relevance at a place of the panel: bilinear between patch centres.
float RelevanceAt(const PatchGrid& grid, const std::vector<float>& relevance,
                  int64_t y, int64_t x) {
  const auto at = [&](int64_t row, int64_t col) {
    row = std::clamp<int64_t>(row, 0, grid.rows - 1);
    col = std::clamp<int64_t>(col, 0, grid.cols - 1);
    return relevance[static_cast<size_t>(row * grid.cols + col)];
  };
  const float v = (y + 0.5f) * grid.rows / kPanel - 0.5f;
  const float u = (x + 0.5f) * grid.cols / kPanel - 0.5f;
  const int64_t row = static_cast<int64_t>(std::floor(v));
  const int64_t col = static_cast<int64_t>(std::floor(u));
  const float dv = v - static_cast<float>(row);
  const float du = u - static_cast<float>(col);
  return (1 - dv) * ((1 - du) * at(row, col) + du * at(row, col + 1)) +
         dv * ((1 - du) * at(row + 1, col) + du * at(row + 1, col + 1));
}

// The heat map over the image in grey, so that the colours stay readable.
Image RelevancePanel(const PreviewRow& row, const Image& picture) {
  Image panel(kPanel, kPanel);
  for (int64_t y = 0; y < kPanel; ++y) {
    for (int64_t x = 0; x < kPanel; ++x) {
      const uint8_t* from = picture.Row(y) + 3 * x;
      const float grey = 0.299f * from[0] + 0.587f * from[1] + 0.114f * from[2];
      const Rgb heat = HeatColour(RelevanceAt(row.grid, row.relevance, y, x));
      for (int c = 0; c < 3; ++c) {
        panel.Row(y)[3 * x + c] =
            static_cast<uint8_t>(std::lround(0.4f * grey + 0.6f * heat[c]));
      }
    }
  }
  return panel;
}

// Masked patches become flat, with a line around each so that they can be
// counted.
Image MaskPanel(const PreviewRow& row, const Image& picture) {
  Image panel = picture;
  for (int64_t y = 0; y < kPanel; ++y) {
    for (int64_t x = 0; x < kPanel; ++x) {
      const int64_t patch_row = y * row.grid.rows / kPanel;
      const int64_t patch_col = x * row.grid.cols / kPanel;
      if (!row.mask.masked(patch_row * row.grid.cols + patch_col)) continue;
      // The first line or column of its patch.
      const bool border = y == 0 || x == 0 ||
                          (y - 1) * row.grid.rows / kPanel != patch_row ||
                          (x - 1) * row.grid.cols / kPanel != patch_col;
      const Rgb& colour = border ? kMaskedBorder : kMaskedColour;
      std::copy(colour.begin(), colour.end(), panel.Row(y) + 3 * x);
    }
  }
  return panel;
}

Image Scaled(const Image& image) {
  if (image.height == kPanel && image.width == kPanel) return image;
  return ResizeBicubic(image, kPanel, kPanel);
}

void Paste(const Image& panel, int64_t top, int64_t left, Image* sheet) {
  for (int64_t y = 0; y < panel.height; ++y) {
    std::memcpy(sheet->Row(top + y) + 3 * left, panel.Row(y),
                static_cast<size_t>(3 * panel.width));
  }
}

// `text`, its middle left out where it is longer than the sheet is wide.
std::string Shortened(absl::string_view text, int64_t width_px) {
  const size_t fit = static_cast<size_t>(width_px / TextWidth(" ", kScale));
  if (text.size() <= fit) return std::string(text);
  const size_t tail = (fit - 3) / 2;
  return absl::StrCat(text.substr(0, fit - 3 - tail), "...",
                      text.substr(text.size() - tail));
}

}  // namespace

std::vector<int64_t> PreviewPositions(absl::Span<const int64_t> shard_begins,
                                      int64_t count) {
  const int64_t size = shard_begins.back() - shard_begins.front();
  count = std::min(count, size);
  std::vector<int64_t> positions;
  const auto taken = [&positions] {
    return static_cast<int64_t>(positions.size());
  };
  // Row by row through the shards, which undoes the dealing.
  int64_t dealt = 0;
  for (int64_t row = 0; taken() < count; ++row) {
    for (size_t shard = 0; shard + 1 < shard_begins.size(); ++shard) {
      const int64_t position = shard_begins[shard] + row;
      if (position >= shard_begins[shard + 1]) continue;
      if (taken() < count && dealt == taken() * size / count) {
        positions.push_back(position);
      }
      ++dealt;
    }
  }
  return positions;
}

absl::StatusOr<PreviewRow> ToPreviewRow(
    const v1::ImageRecord& image, const v1::CamRecord* cam,
    const v1::CounterfactualRecord& counterfactual, int64_t image_size) {
  PreviewRow row;
  ASSIGN_OR_RETURN(row.image, PixelsFromRecord(image, image_size));
  ASSIGN_OR_RETURN(row.grid,
                   PatchGrid::ForImage(
                       image_size, image_size,
                       image_size / std::max(counterfactual.grid_height(), 1)));
  if (cam != nullptr) {
    ASSIGN_OR_RETURN(row.relevance, RelevanceFromRecord(*cam));
  }
  ASSIGN_OR_RETURN(row.mask, PatchMask::FromBytes(counterfactual.mask(),
                                                  row.grid.num_patches()));
  ASSIGN_OR_RETURN(row.counterfactual,
                   ImageFromPixelBlock(counterfactual.pixels()));
  row.caption = absl::StrFormat("%d/%d masked  %s", row.mask.count(),
                                row.mask.size(), Basename(image.id()));
  return row;
}

Image DrawPreview(absl::Span<const PreviewRow> rows) {
  const bool with_relevance = !rows.empty() && !rows[0].relevance.empty();
  std::vector<std::string> titles = {"image"};
  if (with_relevance) titles.push_back("relevance");
  titles.push_back("mask");
  titles.push_back("counterfactual");
  const int64_t columns = static_cast<int64_t>(titles.size());
  const int64_t count = static_cast<int64_t>(rows.size());
  // Side by side, so that the sheet fits a screen.
  const int64_t blocks = count > kBlockRows ? 2 : 1;
  const int64_t block_rows = (count + blocks - 1) / blocks;
  const int64_t text = TextHeight(kScale);
  const int64_t content = columns * kPanel + (columns - 1) * kGap;
  const int64_t row_height = text + kPanel + kRowGap;

  Image sheet(2 * kMargin + text + kGap + block_rows * row_height,
              blocks * (content + kMargin) + kMargin);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), uint8_t{255});
  for (int64_t i = 0; i < blocks * columns; ++i) {
    DrawText(titles[static_cast<size_t>(i % columns)], kMargin,
             kMargin + i / columns * (content + kMargin) +
                 i % columns * (kPanel + kGap),
             kScale, kTextColour, &sheet);
  }
  for (int64_t i = 0; i < count; ++i) {
    const PreviewRow& row = rows[static_cast<size_t>(i)];
    const Image picture = Scaled(row.image);
    std::vector<Image> panels = {picture};
    if (with_relevance) panels.push_back(RelevancePanel(row, picture));
    panels.push_back(MaskPanel(row, picture));
    panels.push_back(Scaled(row.counterfactual));
    const int64_t top = kMargin + text + kGap + i % block_rows * row_height;
    int64_t left = kMargin + i / block_rows * (content + kMargin);
    DrawText(Shortened(row.caption, content), top + kPanel + 4, left, kScale,
             kCaptionColour, &sheet);
    for (const Image& panel : panels) {
      Paste(panel, top, left, &sheet);
      left += kPanel + kGap;
    }
  }
  return sheet;
}

}  // namespace maskfill
