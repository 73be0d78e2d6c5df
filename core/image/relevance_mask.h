// From the relevance of patches to a mask.
#ifndef MASKFILL_CORE_IMAGE_RELEVANCE_MASK_H_
#define MASKFILL_CORE_IMAGE_RELEVANCE_MASK_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "proto/records.pb.h"

namespace maskfill {

// `relevance` [P] float32 in [0, 1], row by row. Compared in float32 with the
// threshold rounded to float32, as PyTorch compares a float tensor with a
// Python number: no patch near the threshold falls on the other side.
PatchMask ObjectMask(const PatchGrid& grid, absl::Span<const float> relevance,
                     float threshold);
// The complement of ObjectMask.
PatchMask ContextMask(const PatchGrid& grid, absl::Span<const float> relevance,
                      float threshold);
// The relevance map [P] of a record. DataLoss when its length does not fit its
// grid or a value is not in [0, 1].
absl::StatusOr<std::vector<float>> RelevanceFromRecord(
    const v1::CamRecord& cam);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_RELEVANCE_MASK_H_
