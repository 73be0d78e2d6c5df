#include "mask_tool/mask_stats.h"

#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

PatchMask MaskOf(int64_t masked, int64_t patches) {
  PatchMask mask(patches);
  for (int64_t patch = 0; patch < masked; ++patch) mask.set(patch);
  return mask;
}

MaskStats StatsOf(const std::vector<int64_t>& masked, int64_t patches) {
  MaskStats stats;
  for (const int64_t count : masked) stats.Add(MaskOf(count, patches));
  return stats;
}

TEST(MaskStats, CountsByHand) {
  const MaskStats stats = StatsOf({0, 3, 10, 5}, 10);
  EXPECT_EQ(stats.masks, 4);
  EXPECT_EQ(stats.masked_patches, 18);
  EXPECT_EQ(stats.empty, 1);
  EXPECT_EQ(stats.full, 1);
  EXPECT_DOUBLE_EQ(stats.MeanFraction(), 18.0 / 40);
  EXPECT_EQ(stats.min_fraction, 0);
  EXPECT_EQ(stats.max_fraction, 1);
  // 3/10 belongs to the bin from 0.3, 10/10 to the last one.
  EXPECT_EQ(stats.bins[0], 1);
  EXPECT_EQ(stats.bins[3], 1);
  EXPECT_EQ(stats.bins[5], 1);
  EXPECT_EQ(stats.bins[9], 1);
}

TEST(MaskStats, SurvivesTheCountersOfAShard) {
  for (const MaskStats& stats : {StatsOf({2, 3, 10}, 10), StatsOf({}, 10)}) {
    v1::ShardEntry entry;
    ShardSink sink(nullptr, &entry, nullptr, 0, nullptr);
    AddCounters(stats, &sink);
    EXPECT_EQ(MaskStatsFromCounters(entry.counters()), stats);
  }
}

TEST(MaskStatsLine, SaysWhenThereAreNone) {
  EXPECT_EQ(MaskStatsLine(MaskStats()), "no masks");
  EXPECT_EQ(MaskStatsLine(StatsOf({0, 5}, 10)),
            "2 masks cover 25.0 % of the patches on average (0.0 to 50.0 %); "
            "1 are empty, 0 are full");
}

}  // namespace
}  // namespace maskfill
