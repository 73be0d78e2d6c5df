#include "cam_tool/cam_compare.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "cam_tool/cam_compare_text.h"
#include "cam_tool/joined_cams.h"
#include "cam_tool/object_masks.h"
#include "core/base/preemption.h"
#include "core/base/progress.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "core/masking/patch_masks.h"
#include "core/metrics/cam_agreement.h"
#include "core/metrics/cam_quality.h"
#include "core/record/manifest_text.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/number_list.h"
#include "core/work/work.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

using Maps = std::vector<std::vector<float>>;

// Takes the CAMs of image after image; the masks are looked for when the first
// id is known.
class Comparison {
 public:
  explicit Comparison(const CamCompareOptions& options)
      : options_(options), degenerate_(options.cams.size()) {
    for (size_t b = 0; b < options.cams.size(); ++b) {
      quality_.emplace_back(options.thresholds);
      for (size_t a = 0; a < b; ++a)
        agreement_.emplace_back(options.thresholds);
    }
  }

  // The CAMs of one image, one for each set.
  absl::Status Add(absl::Span<const v1::CamRecord> cams) {
    ++images_;
    // No pixels are looked at, so the patches' size does not matter.
    const PatchGrid grid{.rows = cams[0].grid_height(),
                         .cols = cams[0].grid_width(),
                         .patch_size_px = 1};
    Maps maps;
    for (const v1::CamRecord& cam : cams) {
      ASSIGN_OR_RETURN(maps.emplace_back(), RelevanceFromRecord(cam));
    }
    for (size_t i = 0; i < maps.size(); ++i) {
      degenerate_[i] += *std::max_element(maps[i].begin(), maps[i].end()) == 0;
    }
    size_t pair = 0;
    for (size_t b = 0; b < maps.size(); ++b) {
      for (size_t a = 0; a < b; ++a) {
        agreement_[pair++].Add(grid, maps[a], maps[b]);
      }
    }
    if (options_.masks.dir.empty()) return absl::OkStatus();
    return AddObject(cams[0].id(), grid, maps);
  }

  // Once.
  CamCompareReport Report(const std::vector<RecordSet>& sets) {
    CamCompareReport report;
    report.images = images_;
    size_t pair = 0;
    for (size_t b = 0; b < sets.size(); ++b) {
      report.sets.push_back(DescribeSet(sets[b], degenerate_[b]));
      if (!options_.masks.dir.empty()) {
        report.sets[b].quality = quality_[b].Quality();
      }
      for (size_t a = 0; a < b; ++a) {
        report.pairs.push_back({a, b, agreement_[pair++].Agreement()});
      }
    }
    report.masks_fingerprint = masks_digest_.HexDigest();
    return report;
  }

 private:
  static CamCompareReport::Set DescribeSet(const RecordSet& set,
                                           int64_t degenerate) {
    CamCompareReport::Set described{
        .dir = set.dir(),
        .fingerprint = set.manifest().content_fingerprint(),
        .degenerate = degenerate};
    described.method = OptionOf(set.manifest(), "method");
    described.layers = OptionOf(set.manifest(), "layers");
    described.target = OptionOf(set.manifest(), "target");
    return described;
  }

  absl::Status AddObject(const std::string& id, const PatchGrid& grid,
                         const Maps& maps) {
    if (!masks_.has_value()) {
      ASSIGN_OR_RETURN(masks_, ObjectMasks::Open(options_.masks, id));
    }
    ASSIGN_OR_RETURN(const PatchMask object,
                     masks_->Read(id, grid.rows, grid.cols));
    for (size_t i = 0; i < maps.size(); ++i) {
      quality_[i].Add(grid, maps[i], object);
    }
    masks_digest_.UpdateField(id);
    masks_digest_.UpdateField(object.ToBytes());
    return absl::OkStatus();
  }

  const CamCompareOptions& options_;
  int64_t images_ = 0;
  std::vector<int64_t> degenerate_;       // of each set
  std::vector<CamQualityMeter> quality_;  // of each set
  // Of sets 0 and 1, 0 and 2, 1 and 2, ...
  std::vector<CamAgreementMeter> agreement_;
  std::optional<ObjectMasks> masks_;
  Sha256 masks_digest_;
};

absl::Status AddShard(const std::vector<RecordSet>& sets, int64_t shard,
                      Comparison* comparison, Progress* progress) {
  ASSIGN_OR_RETURN(JoinedCams joined, JoinedCams::Open(sets, shard));
  std::vector<v1::CamRecord> cams;
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    const absl::Status status = joined.Next(&cams);
    if (absl::IsOutOfRange(status)) return absl::OkStatus();
    RETURN_IF_ERROR(status);
    RETURN_IF_ERROR(comparison->Add(cams));
    progress->Add();
  }
}

absl::Status WriteReport(const CamCompareOptions& options,
                         const std::vector<RecordSet>& sets,
                         const CamCompareReport& report) {
  Work work{.tool = "cam_compare", .algorithm_version = kCamCompareVersion};
  work.AddOption("thresholds", NumberListText(options.thresholds));
  for (size_t i = 0; i < sets.size(); ++i) {
    work.AddInput(sets[i].AsInput(absl::StrCat("cams_", i)));
  }
  if (!options.masks.dir.empty()) {
    work.AddNumber("object_coverage", options.masks.object_coverage);
    work.AddNumber("border_px", options.masks.border_px);
    work.AddInput("masks", options.masks.dir, report.masks_fingerprint);
  }
  return MakeFile(options.run, work,
                  [&](AtomicFile& file, v1::Manifest*) {
                    return file.Append(ToJson(options, report));
                  })
      .status();
}

}  // namespace

absl::StatusOr<CamCompareReport> CompareCams(const CamCompareOptions& options) {
  if (options.cams.empty() ||
      (options.cams.size() == 1 && options.masks.dir.empty())) {
    return absl::InvalidArgumentError(
        "there is nothing to compare: give --cams at least two directories, or "
        "--masks");
  }
  std::vector<RecordSet> sets;
  for (const std::string& dir : options.cams) {
    ASSIGN_OR_RETURN(
        RecordSet set,
        RecordSet::Open(dir, v1::CamRecord::descriptor()->full_name()));
    sets.push_back(std::move(set));
  }
  Comparison comparison(options);
  Progress progress(options.run.progress, "cam_compare", "images",
                    sets[0].num_records());
  for (int64_t shard = 0; shard < sets[0].num_shards(); ++shard) {
    RETURN_IF_ERROR(AddShard(sets, shard, &comparison, &progress));
  }
  progress.Finish();
  CamCompareReport report = comparison.Report(sets);
  if (!options.run.output.empty()) {
    RETURN_IF_ERROR(WriteReport(options, sets, report));
  }
  return report;
}

}  // namespace maskfill
