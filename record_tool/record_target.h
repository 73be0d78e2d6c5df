// The shards that a command looks at.
#ifndef MASKFILL_RECORD_TOOL_RECORD_TARGET_H_
#define MASKFILL_RECORD_TOOL_RECORD_TARGET_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/record/record_reader.h"
#include "google/protobuf/message.h"
#include "proto/manifest.pb.h"

namespace maskfill {

struct TargetShard {
  std::string path;
  std::optional<v1::ShardEntry> entry;  // none: no manifest lists it
};

// What a path stands for: a stage directory, or one shard. A shard's manifest
// is the one beside it, if that lists it.
struct RecordTarget {
  std::optional<v1::Manifest> manifest;
  std::vector<TargetShard> shards;
  std::string type;  // full name of the message; empty: not known
};

// `type`: in place of what the manifest says, or empty. NotFound when there is
// nothing at `path`, or a directory without a manifest.
absl::StatusOr<RecordTarget> OpenRecordTarget(const std::string& path,
                                              const std::string& type = "");

// An empty message of the target's type. InvalidArgument when that is not
// known; NotFound as of NewRecord.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> NewRecordOf(
    const RecordTarget& target, const std::string& path);

// A reader that holds the shard against its entry.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenReader(
    const TargetShard& shard);

// "FILE: record 3 at byte 1234", of the record that was read last.
std::string Where(const RecordReader& reader);

// Reads the shard to its end, with `visit` for each payload (may be null).
// Where each record begins and, last, where the shard ends. Errors as of
// RecordReader and of `visit`; Cancelled when the process was told to stop.
absl::StatusOr<std::vector<int64_t>> ReadShard(
    const TargetShard& shard,
    const std::function<absl::Status(const std::string& payload,
                                     const RecordReader& reader)>& visit);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_RECORD_TARGET_H_
