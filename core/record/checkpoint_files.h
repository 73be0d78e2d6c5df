// The files of a checkpoint directory and what proves that they are whole.
// Torch-free.
#ifndef MASKFILL_CORE_RECORD_CHECKPOINT_FILES_H_
#define MASKFILL_CORE_RECORD_CHECKPOINT_FILES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/record/safetensors_reader.h"

namespace maskfill {

inline constexpr char kModelFile[] = "model.safetensors";
inline constexpr char kConfigFile[] = "config.json";
// In the metadata of model.safetensors: SHA-256 of config.json, which is
// written first.
inline constexpr char kConfigDigest[] = "config_sha256";

struct CheckpointFiles {
  std::unique_ptr<SafetensorsReader> weights;  // every tensor has its checksum
  bool has_checksums = false;  // in the file; else they were computed
  std::string config_json;     // the bytes of config.json
  // SHA-256 of name, dtype, shape and CRC-32C of every tensor by name, and of
  // config.json. Does not depend on who wrote the file.
  std::string fingerprint;
};

// Opens model.safetensors and reads its header and config.json: a few
// kilobytes, but all of the file when it carries no checksums. NotFound when
// the directory or a file is missing (says which, and which programs make
// checkpoints); DataLoss when one of them is damaged.
absl::StatusOr<CheckpointFiles> OpenCheckpointFiles(const std::string& dir);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_CHECKPOINT_FILES_H_
