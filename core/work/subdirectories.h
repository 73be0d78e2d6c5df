// A result that is several directories of known files in one: a checkpoint for
// each value of a parameter.
#ifndef MASKFILL_CORE_WORK_SUBDIRECTORIES_H_
#define MASKFILL_CORE_WORK_SUBDIRECTORIES_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work.h"
#include "core/work/work_result.h"

namespace maskfill {

struct Subdirectory {
  std::string name;  // in --output
  Work work;
};

// Makes each of `parts` in the directory --output as MakeDirectory would make
// it alone, by make(index in parts, dir, result): each has an entry of the
// ledger of its own, and those that are finished are not made again. The result
// and --summary_json are of `whole`, the work of all parts together; it has the
// counters of the last part.
//
// Errors as of MakeDirectory, for the first part that has one; those before it
// stay. InvalidArgument when --output itself is a file or another result.
absl::StatusOr<WorkResult> MakeSubdirectories(
    const RunOptions& options, const Work& whole,
    const std::vector<Subdirectory>& parts,
    const std::vector<std::string>& names,
    const std::function<absl::Status(size_t part, const std::string& dir,
                                     v1::Manifest* result)>& make);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_SUBDIRECTORIES_H_
