// Gaussian noise in the place of masked patches.
#ifndef MASKFILL_CORE_MASKING_GAUSSIAN_NOISE_H_
#define MASKFILL_CORE_MASKING_GAUSSIAN_NOISE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"

namespace maskfill {

// Each channel of each pixel of the masked patches by itself: normal with the
// mean and standard deviation by which CLIP normalises pixels (Radford et al.
// 2021; of 255: red 122.8 and 68.5, green 116.7 and 66.6, blue 104.1 and 70.3),
// so that a CLIP sees standard normal noise, rounded to integers and cut to
// bytes: 3 to 7 % become 0, 2 to 3 % become 255. Probabilities are those of the
// normal distribution to 2^-17.
//
// A function of seed, variant, id, patch and place alone, not of the mask, so
// that two masks of an image are filled alike where they overlap.
void FillWithNoise(const PatchGrid& grid, const PatchMask& mask, uint64_t seed,
                   int64_t variant, absl::string_view id, Image* image);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_GAUSSIAN_NOISE_H_
