#include "mask_tool/mask_stats.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/str_format.h"

namespace maskfill {
namespace {

constexpr char kMasks[] = "masks";
constexpr char kPatches[] = "patches";
constexpr char kMaskedPatches[] = "masked_patches";
constexpr char kEmpty[] = "empty_masks";
constexpr char kFull[] = "full_masks";
constexpr char kMin[] = "min_masked_fraction";
constexpr char kMax[] = "max_masked_fraction";

std::string BinName(int bin) {
  return absl::StrFormat("masked_fraction_from_%.1f", bin / 10.0);
}

}  // namespace

void MaskStats::Add(const PatchMask& mask) {
  const int64_t masked = mask.count();
  const double fraction = static_cast<double>(masked) / mask.size();
  ++masks;
  patches += mask.size();
  masked_patches += masked;
  empty += masked == 0;
  full += masked == mask.size();
  min_fraction = std::min(min_fraction, fraction);
  max_fraction = std::max(max_fraction, fraction);
  // In integers, so that no rounding moves a mask to its neighbour's bin.
  ++bins[std::min<int64_t>(masked * kBins / mask.size(), kBins - 1)];
}

double MaskStats::MeanFraction() const {
  return patches > 0 ? static_cast<double>(masked_patches) / patches : 0;
}

void AddCounters(const MaskStats& stats, ShardSink* sink) {
  sink->AddCounter(kMasks, static_cast<double>(stats.masks));
  sink->AddCounter(kPatches, static_cast<double>(stats.patches));
  sink->AddCounter(kMaskedPatches, static_cast<double>(stats.masked_patches));
  sink->AddCounter(kEmpty, static_cast<double>(stats.empty));
  sink->AddCounter(kFull, static_cast<double>(stats.full));
  if (stats.masks == 0) return;
  sink->AddCounter(kMin, stats.min_fraction);
  sink->AddCounter(kMax, stats.max_fraction);
  for (int bin = 0; bin < MaskStats::kBins; ++bin) {
    if (stats.bins[bin] == 0) continue;
    sink->AddCounter(BinName(bin), static_cast<double>(stats.bins[bin]));
  }
}

MaskStats MaskStatsFromCounters(
    const google::protobuf::RepeatedPtrField<v1::Counter>& counters) {
  MaskStats stats;
  for (const v1::Counter& counter : counters) {
    const int64_t count = static_cast<int64_t>(counter.value());
    const std::string& name = counter.name();
    if (name == kMasks) stats.masks = count;
    if (name == kPatches) stats.patches = count;
    if (name == kMaskedPatches) stats.masked_patches = count;
    if (name == kEmpty) stats.empty = count;
    if (name == kFull) stats.full = count;
    if (name == kMin) stats.min_fraction = counter.value();
    if (name == kMax) stats.max_fraction = counter.value();
    for (int bin = 0; bin < MaskStats::kBins; ++bin) {
      if (name == BinName(bin)) stats.bins[bin] = count;
    }
  }
  return stats;
}

std::string MaskStatsLine(const MaskStats& stats) {
  if (stats.masks == 0) return "no masks";
  return absl::StrFormat(
      "%d masks cover %.1f %% of the patches on average (%.1f to %.1f %%); %d "
      "are empty, %d are full",
      stats.masks, 100 * stats.MeanFraction(), 100 * stats.min_fraction,
      100 * stats.max_fraction, stats.empty, stats.full);
}

}  // namespace maskfill
