#include "record_tool/index_records.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/record_index.h"
#include "core/record/shard_name.h"

namespace maskfill {

absl::Status IndexRecords(const RecordTarget& target, std::ostream& out) {
  for (const TargetShard& shard : target.shards) {
    absl::StatusOr<std::vector<int64_t>> offsets = ReadShard(shard, nullptr);
    if (absl::IsDataLoss(offsets.status())) {
      return absl::DataLossError(absl::StrCat(
          offsets.status().message(),
          "; a damaged shard gets no index: see `records salvage`"));
    }
    RETURN_IF_ERROR(offsets.status());
    const std::string index = IndexName(shard.path);
    const std::string text = FormatRecordIndex(*offsets);
    const absl::StatusOr<std::string> there = ReadFile(index);
    if (!there.ok() && !absl::IsNotFound(there.status())) return there.status();
    const bool same = there.ok() && *there == text;
    if (!same) RETURN_IF_ERROR(WriteFileAtomically(index, text));
    out << (same ? "OK " : "WRITTEN ") << Basename(index) << ": "
        << offsets->size() - 1 << " records\n";
  }
  return absl::OkStatus();
}

}  // namespace maskfill
