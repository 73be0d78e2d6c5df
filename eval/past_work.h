// What is told of work that was done earlier, as far as it still lies there.
#ifndef MASKFILL_EVAL_PAST_WORK_H_
#define MASKFILL_EVAL_PAST_WORK_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Both: nothing when it is gone, unfinished or damaged. Unavailable when the
// system could not tell: what is told must not depend on that.

// The manifest of the set in `dir`.
absl::StatusOr<std::optional<v1::Manifest>> PastSet(const std::string& dir);
// The entry of the ledger at `path`.
absl::StatusOr<std::optional<v1::Manifest>> PastEntry(const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_PAST_WORK_H_
