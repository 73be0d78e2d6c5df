// A checkpoint directory: model.safetensors and config.json. What it is made
// from stands in the ledger's provenance.json beside them
// (core/work/directory.h).
#ifndef MASKFILL_CORE_MODEL_CHECKPOINT_H_
#define MASKFILL_CORE_MODEL_CHECKPOINT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mapped_file.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/record/checkpoint_files.h"
#include "proto/checkpoint.pb.h"

namespace maskfill {

struct SafetensorsFile;

// The text of config.json.
absl::StatusOr<std::string> ConfigJson(const ModelConfig& config);

struct Checkpoint {
  ModelConfig config;
  // OpenAI's names (ExpectedShapes); float32 on the CPU once loaded.
  NamedTensors tensors;
  // See CheckpointFiles; set when loaded.
  std::string fingerprint;
};

// Compares names, shapes and dtypes with what the configuration demands.
// DataLoss that lists the first few missing, unexpected and mis-shaped
// tensors, with found and expected shapes.
absl::Status CheckTensors(const ModelConfig& config,
                          const NamedTensors& tensors);

// A checkpoint that is open: what its fingerprint was made of is what Load
// returns, or Load fails. A checkpoint that takes its place afterwards is not
// seen; bytes that are changed in place are DataLoss.
//
//   ASSIGN_OR_RETURN(const CheckpointFile file, CheckpointFile::Open(dir));
//   if (IsDone(file.fingerprint())) return;  // no weights were read
//   ASSIGN_OR_RETURN(Checkpoint checkpoint, file.Load());
class CheckpointFile {
 public:
  // Reads all but the weights; see OpenCheckpointFiles. DataLoss too when
  // config.json is no valid configuration.
  static absl::StatusOr<CheckpointFile> Open(const std::string& dir);

  const std::string& dir() const { return dir_; }
  const ModelConfig& config() const { return config_; }
  const std::string& fingerprint() const { return files_.fingerprint; }
  // Names, shapes and dtypes as stored.
  const std::vector<SafetensorsEntry>& tensors() const {
    return files_.weights->header().entries;
  }

  // DataLoss that names the tensor when one is damaged, when weights and
  // configuration do not fit (CheckTensors), or when a value is none that
  // weights have (CheckWeightValues).
  absl::StatusOr<Checkpoint> Load() const;
  // The same without copies of what is float32: tensors lie in the file, which
  // they keep open, and must not be written to. `file` is that file, to
  // CheckUnchanged() after their last use.
  absl::StatusOr<Checkpoint> Map(std::shared_ptr<const MappedFile>* file) const;

 private:
  CheckpointFile() = default;
  absl::StatusOr<Checkpoint> Checked(const SafetensorsFile& read) const;

  std::string dir_;
  CheckpointFiles files_;
  ModelConfig config_;
};

// Writes model.safetensors and config.json into the directory `dir`, which is
// made when absent. Returns the fingerprint. Checks like Load; tensors may lie
// on any device and are stored as float32.
absl::StatusOr<std::string> WriteCheckpoint(const std::string& dir,
                                            const Checkpoint& checkpoint);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_CHECKPOINT_H_
