// --summary_json: what a run did, for schedulers and scripts.
#ifndef MASKFILL_CORE_STAGE_STAGE_SUMMARY_H_
#define MASKFILL_CORE_STAGE_STAGE_SUMMARY_H_

#include <string>

#include "absl/status/status.h"
#include "core/stage/stage_options.h"
#include "core/stage/stage_result.h"

namespace maskfill {

// One JSON object: status ("OK" or the error's name) and message, what was
// asked for (tool, fingerprint, task), what is there (shards, records,
// counters, bad records) and what it took (seconds, CPU seconds, peak memory).
std::string StageSummaryJson(const StageOptions& options,
                             const StageResult& result,
                             const absl::Status& status);

}  // namespace maskfill

#endif  // MASKFILL_CORE_STAGE_STAGE_SUMMARY_H_
