// What comes in the place of masked patches.
#ifndef MASKFILL_CORE_MASKING_REFILL_H_
#define MASKFILL_CORE_MASKING_REFILL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"

namespace maskfill {

enum class FillKind {
  kNone,    // nothing: the model never sees the patches (dropped tokens or
            // masked attention keys); the pixels stay as they were
  kSingle,  // all from one other image, at the same positions
  kMulti,   // each from an image of its own, at the same position
};
absl::StatusOr<FillKind> ParseFillKind(absl::string_view text);
absl::string_view ToString(FillKind kind);

// Copies the masked patches of donors into `image`, each to where it was.
//
// `patch_donors`: for each masked patch, in patch order, the index of its donor
// in `donors` (multi-fill); empty: all from donors[0] (single-fill). All images
// have the grid's size. With an empty mask `donors` may be empty.
void RefillPatches(const PatchGrid& grid, const PatchMask& mask,
                   absl::Span<const Image* const> donors,
                   absl::Span<const int32_t> patch_donors, Image* image);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_REFILL_H_
