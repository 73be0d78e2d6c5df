// Which method an evaluated checkpoint is of, and with which seed it was
// trained, by the provenance that its report carries.
#ifndef MASKFILL_EVAL_REPORT_RUN_IDENTITY_H_
#define MASKFILL_EVAL_REPORT_RUN_IDENTITY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "proto/eval_report.pb.h"

namespace maskfill {

// "zero-shot", "ft", "fd_mask object-0.3-single", "wise_ft-0.5": what the
// checkpoint was made by, and with which masks where the counterfactuals still
// lie where training read them. Empty when the report says nothing of it.
// Unavailable when the system cannot tell whether they do.
absl::StatusOr<std::string> MethodOf(const v1::EvalReport& report);

// That of the training; of a merged model that of its trainings when they
// share one. None where nothing was trained (zero-shot), where seeds differ (a
// soup) and where the report says nothing.
std::optional<int64_t> SeedOf(const v1::EvalReport& report);

// All that made the checkpoint what it is but for seeds, as text: runs of one
// method have the same. Empty when the report says nothing of it.
std::string RecipeOf(const v1::EvalReport& report);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_RUN_IDENTITY_H_
