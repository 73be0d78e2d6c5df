// Images that stand for a set, with what was masked in them and what came in.
#ifndef MASKFILL_CORE_DRAW_PREVIEW_ROWS_H_
#define MASKFILL_CORE_DRAW_PREVIEW_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "proto/records.pb.h"

namespace maskfill {

// Which `count` images (or all, if fewer) stand for a set: positions at equal
// distances in the order in which ingest dealt the images to the shards, so
// that all parts of a sorted set are shown. `shard_begins` holds the position
// of each shard's first record, then the number of records.
std::vector<int64_t> PreviewPositions(absl::Span<const int64_t> shard_begins,
                                      int64_t count);

// One image of the sheet.
struct PreviewRow {
  std::string id;
  Image image;
  PatchGrid grid;
  std::vector<float> relevance;  // [P] in [0, 1]; empty: no such panel
  PatchMask mask;
  Image counterfactual;  // without pixels: only the recipe is there
};

// `cam` may be null. Pixels of the counterfactual, where the record has them,
// are of `image_size` px as well.
absl::StatusOr<PreviewRow> ToPreviewRow(
    const v1::ImageRecord& image, const v1::CamRecord* cam,
    const v1::CounterfactualRecord& counterfactual, int64_t image_size);

}  // namespace maskfill

#endif  // MASKFILL_CORE_DRAW_PREVIEW_ROWS_H_
