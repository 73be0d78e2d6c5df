// Which images the pixels of masked patches come from.
#ifndef MASKFILL_CORE_MASKING_DONORS_H_
#define MASKFILL_CORE_MASKING_DONORS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace maskfill {

enum class DonorRule {
  kAny,         // any other image of the set
  kOtherClass,  // any image that shares no label with the one to fill
  kBatch,       // any other image of the same training batch
};
absl::StatusOr<DonorRule> ParseDonorRule(absl::string_view text);
absl::string_view ToString(DonorRule rule);

// Draws positions in a pool of images, in shard order.
struct DonorDraw {
  uint64_t seed = 0;
  int64_t variant = 0;
  absl::string_view id;    // of the image to fill
  int64_t num_images = 0;  // in the pool
  // Positions that are never drawn, ascending: the image itself, those of its
  // classes.
  absl::Span<const int64_t> excluded;
  // Whether the image at a position is the one to fill, in a pool where that is
  // not known beforehand, and is not drawn therefore; empty: none is.
  std::function<absl::StatusOr<bool>(int64_t position)> is_self;
};

// One donor per slot (0 for single-fill, the patch for multi-fill), each
// uniform among the images that may be drawn and independent of the others: a
// function of seed, variant, image and slot alone, never of threads, shards or
// the mask, so that two masks of an image are filled alike where they overlap.
// Takes the logarithm of `excluded` for each.
//
// FailedPrecondition when no image is left to draw.
absl::StatusOr<std::vector<int64_t>> DrawDonors(
    const DonorDraw& draw, absl::Span<const int64_t> slots);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_DONORS_H_
