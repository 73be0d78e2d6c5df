// A result that is made step by step and can be gone on with: a training.
#ifndef MASKFILL_CORE_WORK_RUN_H_
#define MASKFILL_CORE_WORK_RUN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/work/run_options.h"
#include "core/work/work.h"
#include "core/work/work_result.h"

namespace maskfill {

// What a run leaves in its directory, besides
//   run.json              the ledger's entry while it runs; first
//   <tool>.manifest.json  the entry when it is finished; last
// Only these are ever replaced or removed.
struct RunFiles {
  std::vector<std::string> files;  // "metrics.jsonl"
  // Directories, and which files these may hold: "state/step-*" and
  // "model.safetensors". Both are patterns as of the shell; of a directory with
  // one, the parent is listed too. Directories that are listed may lie in it.
  struct Directory {
    std::string name;
    std::vector<std::string> files;
  };
  std::vector<Directory> directories;
  // What a finished run has, "last/model.safetensors": files, and directories,
  // of which the names in them count. Left out when absent at the end.
  std::vector<std::string> results;
  // Of the results those that a saved state is enough to make again. Damaged
  // files of these are removed before.
  std::vector<std::string> remade;
};

// Brings the directory --output from where it is to finished by body(dir,
// result). The body goes on from what an earlier run of the same work left, and
// may add counters to the manifest of `result` and say how many records it went
// through, which also count where it fails. `again`: begin again whatever is
// there of this work (--resume=never).
//
// Errors as of Perform (ledger.h); Aborted when another process holds the run.
absl::StatusOr<WorkResult> MakeRun(
    const RunOptions& options, const Work& work, const RunFiles& files,
    bool again,
    const std::function<absl::Status(const std::string& dir,
                                     WorkResult* result)>& body);

// Removes the files and directories of `files` from `dir`; OK when they are
// absent. InvalidArgument, and nothing is removed, when one of the directories
// holds anything else.
absl::Status RemoveRunFiles(const std::string& dir, const RunFiles& files);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_RUN_H_
