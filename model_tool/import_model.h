// Turns other projects' CLIP weights into a checkpoint directory.
#ifndef MASKFILL_MODEL_TOOL_IMPORT_MODEL_H_
#define MASKFILL_MODEL_TOOL_IMPORT_MODEL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"
#include "model_tool/weights/clip_weights.h"

namespace maskfill {

inline constexpr uint32_t kImportModelVersion = 2;

struct ImportModelOptions {
  RunOptions run;      // output: the checkpoint directory
  std::string source;  // see OpenWeightsSource
  ClipWeightsOptions weights;
};

// Reads, renames, checks and writes; all tensors become float32. The source
// lies in memory as often as the file system keeps it there, beside one tensor
// at a time. The result counts "parameters"; its notes: "model" (what it is),
// "weights" ("OpenAI CLIP ViT-B/32" when recognised), "source_file",
// "source_format", "source_names", "setting.NAME" ("VALUE (who said it)"),
// "remarks". Errors: see OpenWeightsSource, ReadClipWeights, MakeDirectory.
absl::StatusOr<WorkResult> ImportModel(const ImportModelOptions& options);

// For people: what was found and what was done; empty for a dry run.
std::string ToText(const WorkResult& result, const ImportModelOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_IMPORT_MODEL_H_
