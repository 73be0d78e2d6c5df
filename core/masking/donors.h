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
};
absl::StatusOr<DonorRule> ParseDonorRule(absl::string_view text);
absl::string_view ToString(DonorRule rule);

// Draws positions in the input set, in shard order.
struct DonorDraw {
  uint64_t seed = 0;
  int64_t variant = 0;
  absl::string_view id;     // of the image to fill
  int64_t position = 0;     // of the image to fill
  int64_t num_images = 0;   // in the pool, which is the whole input set
  bool allow_self = false;  // as in the reference's single-fill
  // Whether the image at a position may be a donor; empty: all may.
  std::function<absl::StatusOr<bool>(int64_t position)> accepts;
};

// One donor per slot (0 for single-fill, the patch for multi-fill), each
// uniform among the acceptable images and independent of the others: a function
// of seed, variant, image and slot alone, never of threads, shards or the mask,
// so that two masks of an image are filled alike where they overlap. The image
// itself is never drawn unless `allow_self`.
//
// An image that `accepts` refuses is drawn again. After 256 refusals in a row
// the images that follow the last one are tried in order, so that a rare class
// is found in a bounded time; that donor is then not quite uniform.
//
// FailedPrecondition when no image is left to draw: a set of one image, or one
// where `accepts` refuses all.
absl::StatusOr<std::vector<int64_t>> DrawDonors(
    const DonorDraw& draw, absl::Span<const int64_t> slots);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_DONORS_H_
