// A contact sheet: what was masked in some images, and what came in.
#ifndef MASKFILL_MASK_TOOL_PREVIEW_H_
#define MASKFILL_MASK_TOOL_PREVIEW_H_

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
  Image counterfactual;
};

// `counterfactual` has pixels of `image_size` px; `cam` may be null.
absl::StatusOr<PreviewRow> ToPreviewRow(
    const v1::ImageRecord& image, const v1::CamRecord* cam,
    const v1::CounterfactualRecord& counterfactual, int64_t image_size);

// Raised when the sheets of the same rows change.
inline constexpr uint32_t kPreviewVersion = 2;

// image | relevance | mask | counterfactual, one row per image, on white; more
// than four rows stand in two blocks side by side. Rows without relevance leave
// its column out; either all have it or none.
Image DrawPreview(absl::Span<const PreviewRow> rows);
// What the sheet shows, for whoever shows it: its columns, then a line for each
// row with its id and how many patches are masked.
std::string PreviewCaption(absl::Span<const PreviewRow> rows);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_PREVIEW_H_
