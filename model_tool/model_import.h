// Turns other projects' CLIP weights into a checkpoint directory.
#ifndef MASKFILL_MODEL_TOOL_MODEL_IMPORT_H_
#define MASKFILL_MODEL_TOOL_MODEL_IMPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "model_tool/checkpoint_output.h"

namespace maskfill {

struct ImportModelOptions {
  // A file, or a directory as Hugging Face's hub gives it, with one of
  // model.safetensors, open_clip_model.safetensors, pytorch_model.bin,
  // open_clip_pytorch_model.bin, or a single weights file of any name.
  std::string source;
  CheckpointOutput output;
  // What decides where the weights and the files beside them do not.
  std::optional<Activation> activation;
  int64_t heads = 0;         // image tower; 0: see InferModelConfig
  int64_t text_heads = 0;    // text tower
  std::string summary_json;  // path, or empty
};

struct ImportModelStats {
  bool already_done = false;
  bool written = false;     // false also for a dry run
  std::string fingerprint;  // of the plan, see PlanFingerprint
  std::string source_file;
  std::string weights;  // "OpenAI CLIP ViT-B/32" when recognised
  ModelConfig config;
  int64_t parameters = 0;
  std::vector<std::string> notes;
};

// Reads, renames, checks and writes; all tensors become float32. Running it
// again is a no-op. Errors: see ReadStateDict, MapToOpenAiNames,
// InferModelConfig, IsAlreadyWritten.
absl::StatusOr<ImportModelStats> ImportModel(const ImportModelOptions& options);

// For people: what was found and what was done.
std::string ToText(const ImportModelStats& stats,
                   const ImportModelOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MODEL_IMPORT_H_
