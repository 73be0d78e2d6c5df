// How far two masks of one image are the same.
#ifndef MASKFILL_CORE_METRICS_MASK_OVERLAP_H_
#define MASKFILL_CORE_METRICS_MASK_OVERLAP_H_

#include <cstdint>

#include "core/image/patch_mask.h"

namespace maskfill {

// |a & b|, of masks of equal size.
int64_t CommonPatches(const PatchMask& a, const PatchMask& b);

// |a & b| / |a | b|; 1 when both are empty.
double IntersectionOverUnion(const PatchMask& a, const PatchMask& b);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_MASK_OVERLAP_H_
