#include "mask_tool/preview.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/draw/panels.h"
#include "core/image/record_pixels.h"
#include "core/image/resize.h"
#include "core/masking/patch_masks.h"

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
  row.id = image.id();
  return row;
}

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
