// A checkpoint that a test looks into.
#ifndef MASKFILL_TESTS_SUPPORT_LOAD_CHECKPOINT_H_
#define MASKFILL_TESTS_SUPPORT_LOAD_CHECKPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"

namespace maskfill {

inline absl::StatusOr<Checkpoint> LoadCheckpoint(const std::string& dir) {
  ASSIGN_OR_RETURN(const CheckpointFile file, CheckpointFile::Open(dir));
  return file.Load();
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_LOAD_CHECKPOINT_H_
