// A checkpoint directory: model.safetensors, config.json, provenance.json.
#ifndef MASKFILL_CORE_MODEL_CHECKPOINT_H_
#define MASKFILL_CORE_MODEL_CHECKPOINT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "proto/checkpoint.pb.h"

namespace maskfill {

inline constexpr char kModelFile[] = "model.safetensors";
inline constexpr char kConfigFile[] = "config.json";
inline constexpr char kProvenanceFile[] = "provenance.json";

struct Checkpoint {
  ModelConfig config;
  // OpenAI's names (ExpectedShapes); float32 on the CPU once loaded.
  NamedTensors tensors;
  v1::Provenance provenance;
  // Of model.safetensors and config.json; set by LoadCheckpoint.
  std::string fingerprint;
};

// Compares names, shapes and dtypes with what the configuration demands.
// DataLoss that lists the first few missing, unexpected and mis-shaped
// tensors, with found and expected shapes.
absl::Status CheckTensors(const ModelConfig& config,
                          const NamedTensors& tensors);

// Loads and checks. NotFound when the directory or one of its files is
// missing (says which, and which program makes checkpoints), DataLoss when
// something is damaged or weights and configuration do not fit. A missing
// provenance.json is no error.
absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& dir);

// Without loading the weights.
absl::StatusOr<ModelConfig> LoadModelConfig(const std::string& dir);
absl::StatusOr<std::string> CheckpointFingerprint(const std::string& dir);

struct SaveCheckpointOptions {
  // Replaces an existing directory (by one exchange of names); without it an
  // existing directory is FailedPrecondition.
  bool overwrite = false;
  // Writes further files into the directory before it gets its name.
  std::function<absl::Status(const std::string& temporary_dir)> extra_files =
      {};
};

// Writes everything into a temporary directory next to `dir` and renames it:
// `dir` is complete or absent. Returns the new fingerprint. Checks like
// LoadCheckpoint; tensors may lie on any device and are stored as float32.
absl::StatusOr<std::string> SaveCheckpoint(
    const std::string& dir, const Checkpoint& checkpoint,
    const SaveCheckpointOptions& options = {});

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_CHECKPOINT_H_
