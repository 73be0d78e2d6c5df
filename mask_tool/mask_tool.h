// The stage: image shards (and CAM shards) in, counterfactual shards out.
#ifndef MASKFILL_MASK_TOOL_MASK_TOOL_H_
#define MASKFILL_MASK_TOOL_MASK_TOOL_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/masking/counterfactual.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"
#include "mask_tool/mask_stats.h"

namespace maskfill {

struct MaskToolOptions {
  RunOptions run;
  std::string cams;  // stage directory; required but for random masks
  // Its seed is that of `run`.
  CounterfactualOptions counterfactual;
  std::string stats;    // path of a JSON file, or empty
  std::string preview;  // path of a PNG file, or empty
};

struct MaskToolStats {
  WorkResult run;
  MaskStats masks;  // of the whole set; empty until all tasks are done
};

// Shard i holds the ids of the images' shard i in their order,
// `counterfactual.variants` consecutive records each. No image is left out:
// what cannot be read fails the run, as training reads both sets in lockstep.
//
// FailedPrecondition when inputs do not fit each other (CAMs of other images,
// another image size, no donors). `stats` is made once the set is complete,
// `preview` by the first task; both also when nothing else was left to do, and
// each as a result of its own (core/work/file.h).
absl::StatusOr<MaskToolStats> MaskTool(const MaskToolOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASK_TOOL_H_
