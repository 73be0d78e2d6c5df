// The stage: image shards and a checkpoint in, CAM shards out.
#ifndef MASKFILL_CAM_TOOL_CAM_TOOL_H_
#define MASKFILL_CAM_TOOL_CAM_TOOL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/device_flags.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

// Whose logit is explained.
enum class CamTarget {
  kLabel,      // the image's label, as in the paper
  kPredicted,  // the class with the largest logit
};
// "label" or "predicted".
absl::StatusOr<CamTarget> ParseCamTarget(absl::string_view text);
std::string ToString(CamTarget target);

struct CamToolOptions {
  RunOptions run;
  std::string checkpoint;  // directory with a classifier head
  // The last so many layers take part in the attribution, 0: all.
  int64_t layers = 0;
  CamTarget target = CamTarget::kLabel;
  ComputeOptions compute;
};

// Transformer attribution (core/model/attribution.h) of every image. Shard i
// holds the ids of the images' shard i in their order. Batches never cross
// shards, so the bytes do not depend on the tasks.
//
// NotFound, DataLoss: see LoadCheckpoint and RecordSet::Open.
// FailedPrecondition: checkpoint and images do not fit (CheckFitsModel), the
// checkpoint has fewer layers than `layers`, or (kLabel) fewer classes than a
// label needs. The weights are only loaded when there is something to do.
absl::StatusOr<WorkResult> CamTool(const CamToolOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_TOOL_H_
