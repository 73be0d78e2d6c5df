// Which patches of an image a counterfactual loses.
#ifndef MASKFILL_CORE_MASKING_PATCH_MASKS_H_
#define MASKFILL_CORE_MASKING_PATCH_MASKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "proto/records.pb.h"

namespace maskfill {

enum class MaskKind {
  kObject,   // patches that the class evidence lies on: cam > threshold
  kContext,  // the others: cam <= threshold
  kRandom,   // each patch by itself with probability `rate`
};
absl::StatusOr<MaskKind> ParseMaskKind(absl::string_view text);
absl::string_view ToString(MaskKind kind);

// `relevance` [P] float32 in [0, 1], row by row. Compared in float32 with the
// threshold rounded to float32, as PyTorch compares a float tensor with a
// Python number: no patch near the threshold falls on the other side.
PatchMask ObjectMask(const PatchGrid& grid, absl::Span<const float> relevance,
                     float threshold);
// The complement of ObjectMask.
PatchMask ContextMask(const PatchGrid& grid, absl::Span<const float> relevance,
                      float threshold);
// Masked where `uniforms` [P] < rate.
PatchMask RandomMask(const PatchGrid& grid, absl::Span<const float> uniforms,
                     float rate);

// `num_patches` uniform numbers in [0, 1) for RandomMask: a function of seed,
// variant, image and patch, not of the rate, so that a lower rate masks a
// subset of the patches of a higher one.
std::vector<float> MaskUniforms(uint64_t seed, int64_t variant,
                                absl::string_view id, int64_t num_patches);

struct MaskOptions {
  MaskKind kind = MaskKind::kObject;
  // Of object and context masks, in [0, 1]: the paper's 0.3 for object masks
  // with single-fill. Rounded to float32 where it is compared, as the rate.
  double threshold = 0.3;
  double rate = 0.5;  // of random masks, in [0, 1]
};

// One of these masks. Object and context masks follow from `relevance` [P]
// alone, which random ones do not look at; these follow from seed, variant and
// id.
PatchMask MakeMask(const MaskOptions& options, const PatchGrid& grid,
                   absl::Span<const float> relevance, uint64_t seed,
                   int64_t variant, absl::string_view id);

// The relevance map [P] of a record. DataLoss when its length does not fit its
// grid or a value is not in [0, 1].
absl::StatusOr<std::vector<float>> RelevanceFromRecord(
    const v1::CamRecord& cam);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_PATCH_MASKS_H_
