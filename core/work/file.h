// A result that is one file: a report, weights.
#ifndef MASKFILL_CORE_WORK_FILE_H_
#define MASKFILL_CORE_WORK_FILE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/atomic_file.h"
#include "core/work/run_options.h"
#include "core/work/work.h"
#include "core/work/work_result.h"

namespace maskfill {

// Makes the file --output by make(file, result), which appends all its bytes
// and may add counters to `result`; the file is named afterwards. Beside it
// lies the ledger's entry, ".<name>.work". A file without it, or one that was
// changed since, is somebody's and is never touched.
//
// Errors as of Perform (ledger.h); InvalidArgument when --output is a
// directory; Aborted when another process is making it.
absl::StatusOr<WorkResult> MakeFile(
    const RunOptions& options, const Work& work,
    const std::function<absl::Status(AtomicFile& file, v1::Manifest* result)>&
        make);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_FILE_H_
