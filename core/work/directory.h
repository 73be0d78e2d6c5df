// A result that is one directory of known files: a checkpoint, an export.
#ifndef MASKFILL_CORE_WORK_DIRECTORY_H_
#define MASKFILL_CORE_WORK_DIRECTORY_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/atomic_file.h"
#include "core/work/run_options.h"
#include "core/work/work.h"
#include "core/work/work_result.h"

namespace maskfill {

// The ledger's entry inside such a directory.
inline constexpr char kProvenanceFile[] = "provenance.json";

// Makes the directory --output by make(dir, result), which writes files with
// some of `names` into `dir`, a directory beside it, and may add counters and
// notes to `result`. It gets its name when all is there, and holds the entry,
// provenance.json, as well. A directory with other files is never touched.
// `holds`: what the entry's record_type says.
//
// Errors as of Perform (ledger.h); Aborted when another process is making it.
absl::StatusOr<WorkResult> MakeDirectory(
    const RunOptions& options, const Work& work,
    const std::vector<std::string>& names,
    const std::function<absl::Status(const std::string& dir,
                                     v1::Manifest* result)>& make,
    absl::string_view holds = "checkpoint");

// Adds the files of `names` in `directory` to `entry`, writes it as
// provenance.json and publishes. For directories inside a run (run.h).
absl::Status PublishDirectory(TemporaryDirectory& directory,
                              const std::vector<std::string>& names,
                              v1::Manifest* entry);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_DIRECTORY_H_
