#include "mask_tool/cam_stats.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/masking/patch_masks.h"
#include "core/record/record_reader.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

using Counts = std::array<int64_t, kStatsThresholds.size()>;

Counts MaskedPatches(absl::Span<const float> relevance) {
  Counts counts;
  for (size_t i = 0; i < counts.size(); ++i) {
    const float threshold = static_cast<float>(kStatsThresholds[i]);
    int32_t masked = 0;
    for (const float value : relevance) masked += value > threshold;
    counts[i] = masked;
  }
  return counts;
}

std::vector<MaskedFractions> None(int64_t num_patches) {
  return {kStatsThresholds.size(), MaskedFractions(num_patches)};
}

absl::Status OtherGrid(int64_t a, int64_t b) {
  return absl::FailedPreconditionError(
      absl::StrCat("CAMs of ", a, " and of ", b,
                   " patches in one set; make it again with cam_tool"));
}

absl::StatusOr<CamStats> StatsOfShard(const RecordSet& cams, int64_t shard) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                   cams.OpenShard(shard));
  CamStats stats;
  v1::CamRecord cam;
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    const absl::Status status = reader->Next(&cam);
    if (absl::IsOutOfRange(status)) return stats;
    RETURN_IF_ERROR(status);
    ASSIGN_OR_RETURN(const std::vector<float> relevance,
                     Annotate(RelevanceFromRecord(cam), reader->path()));
    RETURN_IF_ERROR(
        Annotate(stats.Add(relevance, cam.target()), reader->path()));
  }
}

}  // namespace

absl::Status CamStats::Add(absl::Span<const float> relevance, int64_t target) {
  const int64_t patches = static_cast<int64_t>(relevance.size());
  if (num_cams == 0) {
    num_patches = patches;
    all = None(patches);
  }
  if (patches != num_patches) return OtherGrid(num_patches, patches);
  ++num_cams;
  std::vector<MaskedFractions>& of_class = classes[target];
  if (of_class.empty()) of_class = None(patches);
  const Counts counts = MaskedPatches(relevance);
  for (size_t i = 0; i < counts.size(); ++i) {
    all[i].Add(counts[i]);
    of_class[i].Add(counts[i]);
  }
  return absl::OkStatus();
}

absl::Status CamStats::Add(const CamStats& other) {
  if (other.num_cams == 0) return absl::OkStatus();
  if (num_cams == 0) {
    *this = other;
    return absl::OkStatus();
  }
  if (other.num_patches != num_patches) {
    return OtherGrid(num_patches, other.num_patches);
  }
  num_cams += other.num_cams;
  const auto add = [](const std::vector<MaskedFractions>& from,
                      std::vector<MaskedFractions>* to) {
    for (size_t i = 0; i < from.size(); ++i) (*to)[i].Add(from[i]);
  };
  add(other.all, &all);
  for (const auto& [target, fractions] : other.classes) {
    const auto [place, is_new] = classes.try_emplace(target, fractions);
    if (!is_new) add(fractions, &place->second);
  }
  return absl::OkStatus();
}

absl::StatusOr<CamStats> ReadCamStats(const RecordSet& cams, int num_threads) {
  CamStats stats;
  int64_t next = 0;
  RETURN_IF_ERROR((OrderedParallel<int64_t, CamStats>(
      ResolveNumThreads(num_threads),
      [&]() -> absl::StatusOr<std::optional<int64_t>> {
        if (next == cams.num_shards()) return std::optional<int64_t>();
        return std::optional<int64_t>(next++);
      },
      [&cams](int64_t shard) { return StatsOfShard(cams, shard); },
      [&stats](CamStats of_shard) { return stats.Add(of_shard); })));
  return stats;
}

}  // namespace maskfill
