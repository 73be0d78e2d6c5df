// records index: the .idx files of shards that have none.
#ifndef MASKFILL_RECORD_TOOL_INDEX_RECORDS_H_
#define MASKFILL_RECORD_TOOL_INDEX_RECORDS_H_

#include <ostream>

#include "absl/status/status.h"
#include "record_tool/record_target.h"

namespace maskfill {

// Writes the index of every shard whose index is missing or is not its own, and
// a line per shard to `out`. An index says nothing that its shard does not say,
// so it has no entry in the ledger, and a shard that is no set's, of any
// program, gets one too.
//
// Reads all shards: DataLoss naming the first damaged one, whose index is left
// as it is.
absl::Status IndexRecords(const RecordTarget& target, std::ostream& out);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_INDEX_RECORDS_H_
