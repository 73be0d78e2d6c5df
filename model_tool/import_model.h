// Turns other projects' CLIP weights into a checkpoint directory.
#ifndef MASKFILL_MODEL_TOOL_IMPORT_MODEL_H_
#define MASKFILL_MODEL_TOOL_IMPORT_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

inline constexpr uint32_t kImportModelVersion = 1;

struct ImportModelOptions {
  RunOptions run;  // output: the checkpoint directory
  // A file, or a directory as Hugging Face's hub gives it, with one of
  // model.safetensors, open_clip_model.safetensors, pytorch_model.bin,
  // open_clip_pytorch_model.bin, or a single weights file of any name.
  std::string source;
  // What decides where the weights and the files beside them do not.
  std::optional<Activation> activation;
  int64_t heads = 0;       // image tower; 0: see InferModelConfig
  int64_t text_heads = 0;  // text tower
};

// Reads, renames, checks and writes; all tensors become float32. The source is
// read once and held in memory beside its tensors. The result's notes: "model"
// (what it is), "weights" ("OpenAI CLIP ViT-B/32" when recognised),
// "source_file", "source_format", "source_names", "remarks". Errors: see
// ParseStateDict, MapToOpenAiNames, InferModelConfig, MakeDirectory.
absl::StatusOr<WorkResult> ImportModel(const ImportModelOptions& options);

// For people: what was found and what was done; empty for a dry run.
std::string ToText(const WorkResult& result, const ImportModelOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_IMPORT_MODEL_H_
