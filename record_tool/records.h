// What the program `records` does: looking into shards, checking and mending
// them, and giving them to other tools.
#ifndef MASKFILL_RECORD_TOOL_RECORDS_H_
#define MASKFILL_RECORD_TOOL_RECORDS_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/work/run_options.h"
#include "record_tool/export_records.h"

namespace maskfill {

enum class RecordsCommand {
  kCat,
  kHead,
  kStat,
  kVerify,
  kIndex,
  kSalvage,
  kExport,
  kCroissant,
};
// In the order of RecordsCommand.
inline constexpr const char* kRecordsCommands[] = {
    "cat", "head", "stat", "verify", "index", "salvage", "export", "croissant"};
absl::StatusOr<RecordsCommand> ParseRecordsCommand(absl::string_view text);
std::string ToString(RecordsCommand command);

struct RecordsOptions {
  RecordsCommand command = RecordsCommand::kVerify;
  std::string path;  // a stage directory, or one shard; verify: also a
                     // checkpoint directory
  // Full name of the records' message; "": from the manifest.
  std::string type = "";
  int64_t limit = 0;  // cat, head: at most so many records; 0: all, 10
  SampleFormat to = SampleFormat::kTfExample;  // of export
  RunOptions run = {};  // of salvage, export and croissant; input is `path`
};

// Prints to `out`. For a shard the manifest in its directory is used, if there
// is one; without it a cut at a record's boundary cannot be seen, and verify
// says so.
//
//   cat        one line of JSON per record, bytes abbreviated
//   head       the same of the first records
//   stat       what the manifest says: type, origin, classes, counts, sizes
//   verify     reads everything: checksums, messages, index, manifest; a line
//              per shard. DataLoss naming what is damaged, after all shards. Of
//              a checkpoint every tensor and config.json.
//   index      index_records.h
//   salvage    salvage_records.h
//   export     export_records.h
//   croissant  croissant.h
absl::Status RunRecordsCommand(const RecordsOptions& options,
                               std::ostream& out);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_RECORDS_H_
