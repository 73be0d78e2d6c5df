// Which patches of an image a counterfactual loses.
#ifndef MASKFILL_MASK_TOOL_PATCH_MASKS_H_
#define MASKFILL_MASK_TOOL_PATCH_MASKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
// ObjectMask and ContextMask.
#include "core/image/relevance_mask.h"  // IWYU pragma: export

namespace maskfill {

enum class MaskKind {
  kObject,   // patches that the class evidence lies on: cam > threshold
  kContext,  // the others: cam <= threshold
  kRandom,   // each patch by itself with probability `rate`
};
absl::StatusOr<MaskKind> ParseMaskKind(absl::string_view text);
absl::string_view ToString(MaskKind kind);

// Masked where `uniforms` [P] < rate.
PatchMask RandomMask(const PatchGrid& grid, absl::Span<const float> uniforms,
                     float rate);

// `num_patches` uniform numbers in [0, 1) for RandomMask: a function of seed,
// variant, image and patch, not of the rate, so that a lower rate masks a
// subset of the patches of a higher one.
std::vector<float> MaskUniforms(uint64_t seed, int64_t variant,
                                absl::string_view id, int64_t num_patches);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_PATCH_MASKS_H_
