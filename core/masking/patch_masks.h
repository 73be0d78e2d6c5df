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
#include "core/masking/relevance_cut.h"
#include "proto/records.pb.h"

namespace maskfill {

enum class MaskKind {
  kObject,   // patches that the class evidence lies on: cam > threshold
  kContext,  // the others: cam <= threshold
  kRandom,   // patches wherever they lie
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

// By any cut. Above a threshold as above. Above a percentile Q: above the value
// of rank floor((P - 1) * Q / 100), counted from 0, in ascending order, which
// is what is above NumPy's percentile(relevance, Q), free of its rounding;
// equal values are on one side, so that it may be fewer patches than
// (1 - Q / 100) * P. Of a target ratio R: the round(R * P) most relevant
// patches, halves up, of equal ones those with the least `uniforms` [P], which
// other cuts do not look at. Many maps are 0 in most patches: if place decided
// there, masks of half an image would be its upper half.
PatchMask ObjectMask(const PatchGrid& grid, absl::Span<const float> relevance,
                     const RelevanceCut& cut, absl::Span<const float> uniforms);
// Of a threshold or percentile the complement. Of a target ratio R the
// round(R * P) least relevant patches, of equal ones those with the greatest
// `uniforms`: no patch of the object mask while both have room.
PatchMask ContextMask(const PatchGrid& grid, absl::Span<const float> relevance,
                      const RelevanceCut& cut,
                      absl::Span<const float> uniforms);

// Masked where `uniforms` [P] < rate.
PatchMask RandomMask(const PatchGrid& grid, absl::Span<const float> uniforms,
                     float rate);
// The `count` patches with the least `uniforms` [P], of equal ones those that
// come first: each set of `count` patches is as likely as any other.
PatchMask RandomMaskOf(const PatchGrid& grid, absl::Span<const float> uniforms,
                       int64_t count);

// `num_patches` uniform numbers in [0, 1) for RandomMask: a function of seed,
// variant, image and patch, not of the rate, so that a lower rate masks a
// subset of the patches of a higher one.
std::vector<float> MaskUniforms(uint64_t seed, int64_t variant,
                                absl::string_view id, int64_t num_patches);

struct MaskOptions {
  MaskKind kind = MaskKind::kObject;
  RelevanceCut cut;   // of object and context masks
  double rate = 0.5;  // of random masks: probability that a patch is masked
  // Random masks have as many patches as the image's object mask by `cut`, in
  // place of `rate`: what is masked at all, not where, is then the same.
  bool match_object_mask = false;
  // Random masks by `rate` have P - int(P (1 - rate)) patches of every image,
  // in double precision, so that all keep equally many (as the reference's
  // dropped tokens do), in place of each patch with that probability.
  bool equal_counts = false;

  // Whether the masks follow from relevance.
  bool takes_relevance() const {
    return kind != MaskKind::kRandom || match_object_mask;
  }
};

// One of these masks. Masks that take relevance follow from `relevance` [P],
// which others do not look at; random ones from seed, variant and id; which of
// equally relevant patches a target ratio takes, from seed and id. Numbers are
// rounded to float32 where they are compared with float32.
PatchMask MakeMask(const MaskOptions& options, const PatchGrid& grid,
                   absl::Span<const float> relevance, uint64_t seed,
                   int64_t variant, absl::string_view id);

// The relevance map [P] of a record. DataLoss when its length does not fit its
// grid or a value is not in [0, 1].
absl::StatusOr<std::vector<float>> RelevanceFromRecord(
    const v1::CamRecord& cam);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_PATCH_MASKS_H_
