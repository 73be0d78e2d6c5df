// A model that goes into an average: a checkpoint, or a state that a training
// saved on its way.
#ifndef MASKFILL_MODEL_TOOL_INGREDIENT_H_
#define MASKFILL_MODEL_TOOL_INGREDIENT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/model/checkpoint.h"
#include "core/record/safetensors_reader.h"

namespace maskfill {

// A saved state (runs/ft/state/step-0000001200) holds what is trained and no
// config.json: its run's last/ (runs/ft/last) has the rest.
//
//   ASSIGN_OR_RETURN(const Ingredient ingredient, Ingredient::Open(dir));
//   RETURN_IF_ERROR(CheckSameLayout(first.checkpoint(),
//                                   ingredient.checkpoint()));
//   ASSIGN_OR_RETURN(Checkpoint checkpoint, ingredient.Load());
class Ingredient {
 public:
  // Reads no weights. Errors as of CheckpointFile::Open; NotFound too for a
  // state whose run has no last/ yet; FailedPrecondition when last/ has not
  // the state's tensors.
  static absl::StatusOr<Ingredient> Open(const std::string& dir);

  // As it was given.
  const std::string& dir() const { return dir_; }
  // Of all that Load reads.
  const std::string& fingerprint() const { return fingerprint_; }
  // Configuration and layout; of a state, those of its run's last/.
  const CheckpointFile& checkpoint() const { return checkpoint_; }

  // As CheckpointFile::Load.
  absl::StatusOr<Checkpoint> Load() const;

 private:
  explicit Ingredient(std::string dir, CheckpointFile checkpoint);
  absl::Status TakeState();

  std::string dir_;
  CheckpointFile checkpoint_;
  std::unique_ptr<SafetensorsReader> state_;  // null: no state
  std::string fingerprint_;
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_INGREDIENT_H_
