#include "spurious_shapes/cam_quality/cam_quality.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/preemption.h"
#include "core/base/progress.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/image/patch_grid.h"
#include "core/masking/patch_masks.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/work.h"
#include "proto/records.pb.h"
#include "spurious_shapes/cam_quality/cam_quality_meter.h"
#include "spurious_shapes/cam_quality/cam_quality_text.h"
#include "spurious_shapes/cam_quality/object_masks.h"

namespace maskfill {
namespace {

// Reads CAM after CAM; the masks are looked for when the first id is known.
class Comparison {
 public:
  explicit Comparison(const CamQualityOptions& options)
      : options_(options), meter_(options.thresholds) {}

  absl::Status Add(const v1::CamRecord& cam) {
    if (!masks_.has_value()) {
      ASSIGN_OR_RETURN(masks_, ObjectMasks::Open(options_.masks, cam.id()));
    }
    ASSIGN_OR_RETURN(const std::vector<float> relevance,
                     RelevanceFromRecord(cam));
    // No pixels are looked at, so the patches' size does not matter.
    const PatchGrid grid{.rows = cam.grid_height(),
                         .cols = cam.grid_width(),
                         .patch_size_px = 1};
    ASSIGN_OR_RETURN(const PatchMask object,
                     masks_->Read(cam.id(), grid.rows, grid.cols));
    meter_.Add(grid, relevance, object);
    masks_digest_.UpdateField(cam.id());
    masks_digest_.UpdateField(object.ToBytes());
    return absl::OkStatus();
  }

  CamQuality Quality() const { return meter_.Quality(); }
  // Once.
  std::string MasksFingerprint() { return masks_digest_.HexDigest(); }

 private:
  const CamQualityOptions& options_;
  CamQualityMeter meter_;
  std::optional<ObjectMasks> masks_;
  Sha256 masks_digest_;
};

absl::Status AddShard(const RecordSet& cams, int64_t shard,
                      Comparison* comparison, Progress* progress) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                   cams.OpenShard(shard));
  v1::CamRecord cam;
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    const absl::Status status = reader->Next(&cam);
    if (absl::IsOutOfRange(status)) return absl::OkStatus();
    RETURN_IF_ERROR(status);
    RETURN_IF_ERROR(comparison->Add(cam));
    progress->Add();
  }
}

absl::Status WriteReport(const CamQualityOptions& options,
                         const CamQualityReport& report) {
  Work work{.tool = "cam_quality", .algorithm_version = kCamQualityVersion};
  for (const double threshold : options.thresholds) {
    work.AddNumber("threshold", threshold);
  }
  work.AddNumber("object_coverage", options.masks.object_coverage);
  work.AddNumber("border_px", options.masks.border_px);
  work.AddInput("cams", options.cams, report.cams_fingerprint);
  work.AddInput("masks", options.masks.dir, report.masks_fingerprint);
  return MakeFile(options.run, work,
                  [&](AtomicFile& file, v1::Manifest*) {
                    return file.Append(ToJson(options, report));
                  })
      .status();
}

}  // namespace

absl::StatusOr<CamQualityReport> MeasureCamQuality(
    const CamQualityOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet cams,
                   RecordSet::Open(options.cams, "maskfill.v1.CamRecord"));
  Comparison comparison(options);
  Progress progress(options.run.progress, "cam_quality", "images",
                    cams.num_records());
  for (int64_t shard = 0; shard < cams.num_shards(); ++shard) {
    RETURN_IF_ERROR(AddShard(cams, shard, &comparison, &progress));
  }
  progress.Finish();
  CamQualityReport report{comparison.Quality(),
                          cams.manifest().content_fingerprint(),
                          comparison.MasksFingerprint()};
  if (!options.run.output.empty()) {
    RETURN_IF_ERROR(WriteReport(options, report));
  }
  return report;
}

}  // namespace maskfill
