#include "record_tool/record_target.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "record_tool/record_json.h"

namespace maskfill {

absl::StatusOr<RecordTarget> OpenRecordTarget(const std::string& path,
                                              const std::string& type) {
  ASSIGN_OR_RETURN(const bool there, FindPath(path));
  if (!there) {
    return absl::NotFoundError(absl::StrCat(
        "found no \"", path, "\", expected a stage directory or a shard"));
  }
  RecordTarget target;
  ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path));
  const bool is_shard = !is_directory;
  const std::string dir = is_shard ? Dirname(path) : path;
  const absl::StatusOr<std::string> manifest = FindManifest(dir);
  if (manifest.ok()) {
    ASSIGN_OR_RETURN(target.manifest, ReadManifest(*manifest));
    target.type = target.manifest->record_type();
    for (const v1::ShardEntry& entry : target.manifest->shards()) {
      if (is_shard && entry.name() != Basename(path)) continue;
      target.shards.push_back({JoinPath(dir, entry.name()), entry});
    }
  } else if (!is_shard) {
    return manifest.status();
  }
  if (is_shard && target.shards.empty()) {
    target.manifest.reset();
    target.type.clear();
    target.shards.push_back({path, std::nullopt});
  }
  if (!type.empty()) target.type = type;
  return target;
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> NewRecordOf(
    const RecordTarget& target, const std::string& path) {
  if (!target.type.empty()) return NewRecord(target.type);
  return absl::InvalidArgumentError(
      absl::StrCat("\"", path,
                   "\" has no manifest beside it: say with --type what it "
                   "holds, e.g. --type=maskfill.v1.ImageRecord"));
}

absl::StatusOr<std::unique_ptr<RecordReader>> OpenReader(
    const TargetShard& shard) {
  RecordReaderOptions options;
  options.expected = shard.entry;
  return RecordReader::Open(shard.path, std::move(options));
}

std::string Where(const RecordReader& reader) {
  return absl::StrCat(reader.path(), ": record ", reader.record(), " at byte ",
                      reader.offset());
}

absl::StatusOr<std::vector<int64_t>> ReadShard(
    const TargetShard& shard,
    const std::function<absl::Status(const std::string&, const RecordReader&)>&
        visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                   OpenReader(shard));
  std::vector<int64_t> offsets;
  std::string payload;
  while (true) {
    RETURN_IF_ERROR(CheckNotPreempted());
    const absl::Status status = reader->Next(&payload);
    if (absl::IsOutOfRange(status)) break;
    RETURN_IF_ERROR(status);
    if (visit != nullptr) RETURN_IF_ERROR(visit(payload, *reader));
    offsets.push_back(reader->offset());
  }
  ASSIGN_OR_RETURN(const int64_t bytes, FileSize(shard.path));
  offsets.push_back(bytes);
  return offsets;
}

}  // namespace maskfill
