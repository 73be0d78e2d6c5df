#include "core/record/joined_reader.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace maskfill {

absl::Status CheckJoinable(const RecordSet& a, const RecordSet& b,
                           int64_t shard) {
  if (a.num_shards() != b.num_shards()) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", a.dir(), "\" has ", a.num_shards(), " shards and \"",
                     b.dir(), "\" has ", b.num_shards(),
                     "; both must come from the same image shards"));
  }
  CHECK_LT(shard, a.num_shards());
  const int64_t records_a =
      a.manifest().shards(static_cast<int>(shard)).records();
  const int64_t records_b =
      b.manifest().shards(static_cast<int>(shard)).records();
  if (records_a == records_b) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(a.ShardPath(shard), " has ", records_a, " records and ",
                   b.ShardPath(shard), " has ", records_b,
                   "; both must hold the same ids in the same order"));
}

absl::Status IdMismatch(const RecordReader& a, absl::string_view id_a,
                        const RecordReader& b, absl::string_view id_b) {
  return absl::FailedPreconditionError(absl::StrCat(
      "record ", a.record(), " of ", a.path(), " has id \"", id_a,
      "\", but record ", b.record(), " of ", b.path(), " has id \"", id_b,
      "\"; both must hold the same ids in the same order: make the second "
      "from the first"));
}

absl::Status JoinStatus(const RecordReader& a, const absl::Status& status_a,
                        const RecordReader& b, const absl::Status& status_b) {
  if (!status_a.ok() && !absl::IsOutOfRange(status_a)) return status_a;
  if (!status_b.ok() && !absl::IsOutOfRange(status_b)) return status_b;
  if (status_a.ok() == status_b.ok()) return status_a;
  const RecordReader& shorter = status_a.ok() ? b : a;
  const RecordReader& longer = status_a.ok() ? a : b;
  return absl::FailedPreconditionError(
      absl::StrCat(shorter.path(), " ends before record ", longer.record(),
                   ", but ", longer.path(),
                   " goes on; both must hold the same ids in the same order"));
}

}  // namespace maskfill
