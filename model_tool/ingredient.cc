#include "model_tool/ingredient.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "core/model/weight_values.h"
#include "core/training/training_state.h"

namespace maskfill {
namespace {

// RUN/last of RUN/state/step-N, however that is written.
absl::StatusOr<std::string> LastOfRun(const std::string& state) {
  ASSIGN_OR_RETURN(const std::string path, CanonicalPath(state));
  const std::string last = JoinPath(Dirname(Dirname(path)), kLastDirectory);
  ASSIGN_OR_RETURN(const bool there, FindDirectory(last));
  if (there) return last;
  return absl::NotFoundError(absl::StrCat(
      "\"", state, "\" is a state of a training that has no \"", last,
      "\" yet, which has the configuration and what is not trained; let the "
      "training finish"));
}

}  // namespace

Ingredient::Ingredient(std::string dir, CheckpointFile checkpoint)
    : dir_(std::move(dir)),
      checkpoint_(std::move(checkpoint)),
      fingerprint_(checkpoint_.fingerprint()) {}

absl::StatusOr<Ingredient> Ingredient::Open(const std::string& dir) {
  const bool is_state = IsTrainingState(dir);
  std::string checkpoint_dir = dir;
  if (is_state) {
    ASSIGN_OR_RETURN(checkpoint_dir, LastOfRun(dir));
  }
  ASSIGN_OR_RETURN(CheckpointFile checkpoint,
                   CheckpointFile::Open(checkpoint_dir));
  Ingredient ingredient(dir, std::move(checkpoint));
  if (is_state) RETURN_IF_ERROR(ingredient.TakeState());
  return ingredient;
}

absl::Status Ingredient::TakeState() {
  ASSIGN_OR_RETURN(state_, SafetensorsReader::Open(JoinPath(dir_, kModelFile)));
  if (!HasChecksums(state_->header())) RETURN_IF_ERROR(state_->ReadChecksums());
  std::map<std::string, const SafetensorsEntry*> layout;
  for (const SafetensorsEntry& entry : checkpoint_.tensors()) {
    layout[entry.name] = &entry;
  }
  Sha256 sha;
  sha.UpdateField("maskfill.training_state.1");
  sha.UpdateField(checkpoint_.fingerprint());
  for (const SafetensorsEntry& entry : state_->header().entries) {
    const auto found = layout.find(entry.name);
    if (found == layout.end() || found->second->shape != entry.shape) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", state_->path(), "\" has a tensor \"", entry.name, "\" that \"",
          checkpoint_.dir(),
          "\" has not in this shape; expected both of one training"));
    }
    sha.UpdateField(entry.name);
    sha.UpdateField(entry.dtype);
    sha.UpdateField(entry.crc32c);
  }
  fingerprint_ = sha.HexDigest();
  return absl::OkStatus();
}

absl::StatusOr<Checkpoint> Ingredient::Load() const {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, checkpoint_.Load());
  if (state_ == nullptr) return checkpoint;
  ASSIGN_OR_RETURN(SafetensorsFile state, ReadSafetensors(*state_));
  RETURN_IF_ERROR(Annotate(CheckWeightValues(state.tensors), dir_));
  for (auto& [name, tensor] : state.tensors) {
    checkpoint.tensors[name] = std::move(tensor);
  }
  checkpoint.fingerprint = fingerprint_;
  return checkpoint;
}

}  // namespace maskfill
