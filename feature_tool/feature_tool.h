// The stage: image or counterfactual shards and checkpoints in, FeatureRecord
// shards out.
#ifndef MASKFILL_FEATURE_TOOL_FEATURE_TOOL_H_
#define MASKFILL_FEATURE_TOOL_FEATURE_TOOL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/device_flags.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

// Raised when the features of the same inputs and options change.
inline constexpr uint32_t kFeatureToolVersion = 1;

// How features are stored.
enum class FeatureDtype { kFloat32, kFloat16 };
// "float32" or "float16".
absl::StatusOr<FeatureDtype> ParseFeatureDtype(absl::string_view text);
std::string ToString(FeatureDtype dtype);

struct FeatureToolOptions {
  RunOptions run;  // input: images or counterfactuals
  // Directories of checkpoints, with or without a head: one vector of each.
  std::vector<std::string> checkpoints;
  // Of the images that recipes take, where the counterfactuals' manifest does
  // not say it right.
  std::string images;
  FeatureDtype dtype = FeatureDtype::kFloat32;
  ComputeOptions compute;
};

// The projected class token of every image by every checkpoint's image tower,
// as it is, not normalised [E]: what the teacher's features in the method's
// loss are. Each image is decoded, each recipe expanded, once. Shard i holds
// the ids (and variants) of the input's shard i in their order. Batches never
// cross shards, so the bytes do not depend on the tasks.
//
// NotFound, DataLoss: see CheckpointFile and RecordSet::Open.
// FailedPrecondition: the input is neither images nor counterfactuals, a
// checkpoint takes another image size, or where patches were dropped
// (fill=none), which the tower does not see, has another grid, or a feature is
// not finite (in float16: beyond 65504). The weights are only loaded when there
// is something to do.
absl::StatusOr<WorkResult> FeatureTool(const FeatureToolOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_FEATURE_TOOL_FEATURE_TOOL_H_
