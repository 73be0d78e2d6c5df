#include "core/draw/preview_rows.h"

#include <algorithm>

#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/masking/patch_masks.h"

namespace maskfill {

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
  if (counterfactual.has_pixels()) {
    ASSIGN_OR_RETURN(row.counterfactual,
                     ImageFromPixelBlock(counterfactual.pixels()));
  }
  row.id = image.id();
  return row;
}

}  // namespace maskfill
