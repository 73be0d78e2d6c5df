// How much the object masks of a set of CAMs would cover, at many thresholds.
#ifndef MASKFILL_MASK_TOOL_CAM_STATS_H_
#define MASKFILL_MASK_TOOL_CAM_STATS_H_

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/record/record_set.h"
#include "mask_tool/masked_fractions.h"

namespace maskfill {

// Raised when the statistics of the same CAMs change.
inline constexpr uint32_t kCamStatsVersion = 1;

// Compared in float32, as --threshold (ObjectMask in patch_masks.h).
inline constexpr std::array<double, 9> kStatsThresholds = {
    0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

// The reference logs none of this, so that a threshold that masks nothing, or
// everything, goes unseen there.
struct CamStats {
  // `relevance` [P] of one image; `target` is the class that it explains.
  // FailedPrecondition when P is not that of the others.
  absl::Status Add(absl::Span<const float> relevance, int64_t target);
  absl::Status Add(const CamStats& other);

  int64_t num_cams = 0;
  int64_t num_patches = 0;  // of each CAM; 0 without CAMs
  // One per threshold; empty without CAMs. Of all CAMs, and by target.
  std::vector<MaskedFractions> all;
  std::map<int64_t, std::vector<MaskedFractions>> classes;
};

// Of all CAMs, each read once: memory does not grow with their number.
// DataLoss when one is damaged.
absl::StatusOr<CamStats> ReadCamStats(const RecordSet& cams, int num_threads);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_CAM_STATS_H_
