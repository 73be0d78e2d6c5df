#include "mask_tool/preview.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/draw/panels.h"
#include "core/image/resize.h"

namespace maskfill {
namespace {

constexpr int64_t kPanel = 224;    // px, side of a picture
constexpr int64_t kMargin = 20;    // px, around the sheet
constexpr int64_t kGap = 8;        // px, between pictures
constexpr int64_t kBlockRows = 4;  // more rows become two blocks

Image Scaled(const Image& image) {
  if (image.height == kPanel && image.width == kPanel) return image;
  return ResizeBicubic(image, kPanel, kPanel);
}

// Either all rows have relevance or none.
bool WithRelevance(absl::Span<const PreviewRow> rows) {
  return !rows.empty() && !rows[0].relevance.empty();
}

}  // namespace

Image DrawPreview(absl::Span<const PreviewRow> rows) {
  const bool with_relevance = WithRelevance(rows);
  const int64_t columns = with_relevance ? 4 : 3;
  const int64_t count = static_cast<int64_t>(rows.size());
  // Side by side, so that the sheet fits a screen.
  const int64_t blocks = count > kBlockRows ? 2 : 1;
  const int64_t block_rows = (count + blocks - 1) / blocks;
  const int64_t block_width = columns * (kPanel + kGap) - kGap + kMargin;

  Image sheet = EmptySheet(2 * kMargin + block_rows * (kPanel + kGap) - kGap,
                           blocks * block_width + kMargin);
  for (int64_t i = 0; i < count; ++i) {
    const PreviewRow& row = rows[static_cast<size_t>(i)];
    const Image picture = Scaled(row.image);
    std::vector<Image> panels = {picture};
    if (with_relevance) {
      panels.push_back(RelevancePanel(picture, row.grid, row.relevance));
    }
    panels.push_back(MaskPanel(picture, row.grid, row.mask));
    panels.push_back(Scaled(row.counterfactual));
    const int64_t top = kMargin + i % block_rows * (kPanel + kGap);
    int64_t left = kMargin + i / block_rows * block_width;
    for (const Image& panel : panels) {
      Paste(panel, top, left, /*zoom=*/1, &sheet);
      left += kPanel + kGap;
    }
  }
  return sheet;
}

std::string PreviewCaption(absl::Span<const PreviewRow> rows) {
  std::string caption =
      absl::StrCat("image, ", WithRelevance(rows) ? "relevance, " : "",
                   "mask, counterfactual of");
  for (const PreviewRow& row : rows) {
    absl::StrAppend(&caption, "\n  ", row.id, " (", row.mask.count(), " of ",
                    row.mask.size(), " patches masked)");
  }
  return caption;
}

}  // namespace maskfill
