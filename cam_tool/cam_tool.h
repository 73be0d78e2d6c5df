// The stage: image shards and a checkpoint in, CAM shards out.
#ifndef MASKFILL_CAM_TOOL_CAM_TOOL_H_
#define MASKFILL_CAM_TOOL_CAM_TOOL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "cam_tool/cam_target.h"
#include "core/cam/cam_kind.h"
#include "core/model/device_flags.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

struct CamToolOptions {
  RunOptions run;
  std::string checkpoint;                   // directory
  const CamKind* kind = &AllCamKinds()[0];  // attribution, as in the paper
  // The last so many layers take part, 0: all. With kind->takes_layers.
  int64_t layers = 0;
  CamTarget target;        // with kind->explains_class
  ComputeOptions compute;  // with kind->needs_model
};

// A CAM of every image. Shard i holds the ids of the images' shard i in their
// order. Batches never cross shards, so the bytes do not depend on the tasks.
// Of a kind that needs no model only the grid of the checkpoint's patches is
// used, and its weights decide nothing. The counter "degenerate" says how many
// maps are 0 everywhere: their object masks are empty and context masks full.
//
// NotFound, DataLoss: see CheckpointFile and RecordSet::Open.
// FailedPrecondition: checkpoint and images do not fit (CheckFitsModel, without
// a class to explain only their sizes), the checkpoint has fewer layers than
// `layers` or fewer classes than a label or the target needs, or a relevance is
// not finite. The weights are only loaded when there is something to do.
absl::StatusOr<WorkResult> CamTool(const CamToolOptions& options);

// "60 CAMs, 2 of them degenerate (no relevance anywhere)\n"; empty when the set
// is not complete.
std::string ToText(const WorkResult& result);

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_CAM_TOOL_H_
