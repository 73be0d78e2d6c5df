// The checkpoint directory that a program of this folder writes.
#ifndef MASKFILL_MODEL_TOOL_CHECKPOINT_OUTPUT_H_
#define MASKFILL_MODEL_TOOL_CHECKPOINT_OUTPUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/model/checkpoint.h"
#include "proto/checkpoint.pb.h"

namespace maskfill {

struct CheckpointOutput {
  std::string dir;
  bool overwrite = false;
  bool dry_run = false;
};

// A provenance with this program's name and version, to be completed by
// AddOption and AddInput. Two runs with equal options and inputs make the same
// checkpoint.
v1::Provenance StartProvenance(absl::string_view tool);
void AddOption(absl::string_view name, absl::string_view value,
               v1::Provenance* provenance);
void AddInput(absl::string_view role, absl::string_view fingerprint,
              v1::Provenance* provenance);

// Of tool, version, options and inputs: what caching goes by.
std::string PlanFingerprint(const v1::Provenance& provenance);

// True when `dir` holds the checkpoint that `planned` describes: nothing is
// left to do. False when it is absent, empty, a checkpoint that --overwrite
// gives up, or this very one with a file missing or damaged. FailedPrecondition
// when it holds other work, with both fingerprints and the first difference, or
// is no checkpoint at all.
absl::StatusOr<bool> IsAlreadyWritten(const CheckpointOutput& output,
                                      const v1::Provenance& planned);

// Writes it (IsAlreadyWritten was false) and returns its fingerprint.
absl::StatusOr<std::string> WriteCheckpoint(const CheckpointOutput& output,
                                            const Checkpoint& checkpoint);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_CHECKPOINT_OUTPUT_H_
