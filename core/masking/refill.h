// What comes in the place of masked patches.
#ifndef MASKFILL_CORE_MASKING_REFILL_H_
#define MASKFILL_CORE_MASKING_REFILL_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"

namespace maskfill {

// Red, green, blue.
using Rgb = std::array<uint8_t, 3>;

// Of --fill=grey: the middle of a byte's range, rounded up.
inline constexpr Rgb kGrey = {128, 128, 128};

// Copies `patches` of `donor` into `image`, each to where it was. Both images
// have the grid's size.
void CopyPatches(const PatchGrid& grid, absl::Span<const int64_t> patches,
                 const Image& donor, Image* image);

// Makes every pixel of the masked patches `colour`.
void FillWithColour(const PatchGrid& grid, const PatchMask& mask,
                    const Rgb& colour, Image* image);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_REFILL_H_
