// Makes a zero-shot classifier's checkpoint out of a CLIP checkpoint.
#ifndef MASKFILL_MODEL_TOOL_ZEROSHOT_BUILD_H_
#define MASKFILL_MODEL_TOOL_ZEROSHOT_BUILD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "core/model/device_flags.h"
#include "model_tool/checkpoint_output.h"

namespace maskfill {

struct ZeroshotBuildOptions {
  std::string checkpoint;                // directory, with a text tower
  std::string class_names = "imagenet";  // see LoadClassNames
  std::string templates = "openai";      // see LoadTemplates
  CheckpointOutput output;
  ComputeOptions compute;
  ProgressMode progress = ProgressMode::kAuto;
  int num_threads = 0;       // of the CPU; 0: LibTorch's choice
  std::string summary_json;  // path, or empty
};

struct ZeroshotBuildStats {
  bool already_done = false;
  bool written = false;
  std::string fingerprint;  // of the plan, see PlanFingerprint
  int64_t num_classes = 0;
  int64_t num_templates = 0;
  double seconds = 0;
};

// Writes visual.*, logit_scale and classifier.* (ZeroshotHead; bias 0). The
// text tower stays behind. Running it again is a no-op.
absl::StatusOr<ZeroshotBuildStats> BuildZeroshot(
    const ZeroshotBuildOptions& options);

// For people: what was done.
std::string ToText(const ZeroshotBuildStats& stats,
                   const ZeroshotBuildOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_ZEROSHOT_BUILD_H_
