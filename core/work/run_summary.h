// --summary_json: what a run did, for schedulers and scripts.
#ifndef MASKFILL_CORE_WORK_RUN_SUMMARY_H_
#define MASKFILL_CORE_WORK_RUN_SUMMARY_H_

#include <string>

#include "absl/status/status.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

// One JSON object: status ("OK" or the error's name) and message, what was
// asked for (tool, fingerprint, task), what is there (shards, records,
// counters, bad records, notes) and what it took (seconds, CPU seconds, peak
// memory).
std::string RunSummaryJson(const RunOptions& options, const WorkResult& result,
                           const absl::Status& status);

// Whether --summary_json can be written; makes the directory that it goes to.
// InvalidArgument when it is a directory or --output itself.
absl::Status PrepareRunSummary(const RunOptions& options);

// Writes it to --summary_json, where that is given and this is no dry run.
// Returns `status`, or what went wrong when that is OK.
absl::Status WriteRunSummary(const RunOptions& options,
                             const WorkResult& result,
                             const absl::Status& status);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_RUN_SUMMARY_H_
