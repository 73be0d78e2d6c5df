// Makes a zero-shot classifier's checkpoint out of a CLIP checkpoint.
#ifndef MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_H_
#define MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/model/device_flags.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

inline constexpr uint32_t kBuildZeroshotVersion = 2;

struct BuildZeroshotOptions {
  RunOptions run;                        // output: the checkpoint directory
  std::string checkpoint;                // directory, with a text tower
  std::string class_names = "imagenet";  // see LoadClassNames
  std::string templates = "openai";      // see LoadPrompts
  ComputeOptions compute;
};

// Writes visual.*, logit_scale and classifier.* (ZeroshotHead; bias 0). The
// text tower stays behind. The result counts "classes" and "templates" (0 where
// each class has its own prompts) and notes "equal_names" (EqualNames).
absl::StatusOr<WorkResult> BuildZeroshot(const BuildZeroshotOptions& options);

// For people: what was done; empty for a dry run.
std::string ToText(const WorkResult& result,
                   const BuildZeroshotOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_BUILD_ZEROSHOT_H_
