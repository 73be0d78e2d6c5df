// The stage: image shards (and CAM shards) in, counterfactual shards out.
#ifndef MASKFILL_MASK_TOOL_MASK_TOOL_H_
#define MASKFILL_MASK_TOOL_MASK_TOOL_H_

#include "absl/status/statusor.h"
#include "core/work/work_result.h"
#include "mask_tool/mask_stats.h"
#include "mask_tool/mask_tool_options.h"

namespace maskfill {

struct MaskToolStats {
  WorkResult run;
  MaskStats masks;  // of the whole set; empty until all tasks are done
};

// Shard i holds the ids of the images' shard i in their order,
// `counterfactual.variants` consecutive records each. No image is left out:
// what cannot be read fails the run, as training reads both sets in lockstep.
//
// FailedPrecondition when inputs do not fit each other (CAMs of other images,
// another image size, no donors). `stats` and `preview` need no counterfactual:
// the first task makes them before anything else, each as a result of its own
// (core/work/file.h), also when nothing else is left to do. Without an output
// only `stats` are made.
absl::StatusOr<MaskToolStats> MaskTool(const MaskToolOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASK_TOOL_H_
