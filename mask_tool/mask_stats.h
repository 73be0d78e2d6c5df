// How much of the images the masks cover, over a whole set.
#ifndef MASKFILL_MASK_TOOL_MASK_STATS_H_
#define MASKFILL_MASK_TOOL_MASK_STATS_H_

#include <array>
#include <cstdint>
#include <string>

#include "core/image/patch_mask.h"
#include "core/work/shards.h"
#include "google/protobuf/repeated_field.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Masks of one shard, or of a set.
struct MaskStats {
  static constexpr int kBins = 10;

  void Add(const PatchMask& mask);
  // Mean share of masked patches, in [0, 1]; 0 without masks.
  double MeanFraction() const;
  friend bool operator==(const MaskStats& a, const MaskStats& b) = default;

  int64_t masks = 0;
  int64_t patches = 0;         // of all masks
  int64_t masked_patches = 0;  // of all masks
  int64_t empty = 0;           // masks without a masked patch
  int64_t full = 0;            // masks with all patches masked
  double min_fraction = 1;
  double max_fraction = 0;
  // Masks by share of masked patches: bin i counts [i/10, (i+1)/10), the last
  // bin 1 as well.
  std::array<int64_t, kBins> bins = {};
};

// As counters of a shard, and back from those of a finished set.
void AddCounters(const MaskStats& stats, ShardSink* sink);
MaskStats MaskStatsFromCounters(
    const google::protobuf::RepeatedPtrField<v1::Counter>& counters);

// One line for people.
std::string MaskStatsLine(const MaskStats& stats);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASK_STATS_H_
