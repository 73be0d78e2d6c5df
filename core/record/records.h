// What the program `records` does: looking into shards and checking them.
#ifndef MASKFILL_CORE_RECORD_RECORDS_H_
#define MASKFILL_CORE_RECORD_RECORDS_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/status.h"

namespace maskfill {

struct RecordsOptions {
  std::string command;  // "cat", "stat" or "verify"
  std::string path;     // a stage directory, or one shard; verify: also a
                        // checkpoint directory
  // Full name of the records' message; "": from the manifest.
  std::string type;
  int64_t limit = 0;  // cat: at most so many records; 0: all
};

// Prints to `out`. For a shard the manifest in its directory is used, if there
// is one; without it a cut at a record's boundary cannot be seen, and verify
// says so.
//
//   cat     one line of JSON per record, bytes abbreviated
//   stat    what the manifest says: type, origin, classes, counts, sizes
//   verify  reads everything: checksums, messages, index, manifest; a line per
//           shard. DataLoss naming what is damaged, after all shards. Of a
//           checkpoint every tensor and config.json.
//
// InvalidArgument for another command.
absl::Status RunRecordsCommand(const RecordsOptions& options,
                               std::ostream& out);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORDS_H_
