// --summary_json: what a run did, for schedulers and scripts.
#ifndef MASKFILL_CORE_WORK_RUN_SUMMARY_H_
#define MASKFILL_CORE_WORK_RUN_SUMMARY_H_

#include <string>

#include "absl/status/status.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

// The counter of a training's images, each as often as it was taken.
inline constexpr char kImagesTrained[] = "images_trained";

// One JSON object: status ("OK" or the error's name) and message, what was
// asked for (tool, fingerprint, task), what is there (shards, records,
// counters, bad records, notes) and what it took (seconds, CPU seconds, peak
// memory). Records are those of the shards or, of a training, the images that
// it has trained on; `records_written` those of this call.
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
