// The output directory of a sharded stage while it is being filled.
#ifndef MASKFILL_CORE_STAGE_STAGE_DIRECTORY_H_
#define MASKFILL_CORE_STAGE_STAGE_DIRECTORY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Knows which shards of one piece of work are finished. A shard is finished
// when its entry file (ShardEntryName; a Manifest with this one shard, without
// dataset) is there with the work's fingerprint and the shard has its size.
// Entry files go once the manifest is published. Several processes may use
// the same directory at once: everything is published by renaming, and equal
// work gives equal bytes. Thread-compatible.
class StageDirectory {
 public:
  // `plan`: the manifest of the work without shards, with its fingerprint.
  StageDirectory(std::string dir, v1::Manifest plan, int64_t num_shards);

  // InvalidArgument when the directory exists as something else.
  absl::Status CheckIsDirectoryOrAbsent() const;
  // FailedPrecondition when it holds the manifest or an entry of other work:
  // names both fingerprints and what differs.
  absl::Status CheckSameWork() const;

  // The finished set of this work, checked as RecordSet::Open does; nothing
  // when it is not published.
  absl::StatusOr<std::optional<v1::Manifest>> ReadPublished() const;
  // The entry of a finished shard, nothing when it has to be made.
  absl::StatusOr<std::optional<v1::ShardEntry>> ReadEntry(int64_t shard) const;
  absl::Status WriteEntry(int64_t shard, const v1::ShardEntry& entry) const;

  // For --overwrite: removes manifests, entries and shards of whatever set is
  // here, and no other file; of shards with our own names only those for
  // which `is_own` holds, as other tasks may have made theirs already.
  absl::Status RemoveOldSet(
      const std::function<bool(int64_t shard)>& is_own) const;

  // Writes the manifest when all shards are finished and returns it; nothing
  // when some are missing. DataLoss when they have more than
  // `max_bad_records` bad records together.
  absl::StatusOr<std::optional<v1::Manifest>> Publish(
      int64_t max_bad_records) const;
  absl::Status RemoveEntries() const;

  std::string ShardPath(int64_t shard) const;
  const std::string& dir() const { return dir_; }

 private:
  std::string EntryPath(int64_t shard) const;
  absl::Status OtherWork(const v1::Manifest& there,
                         const std::string& file) const;

  const std::string dir_;
  const v1::Manifest plan_;
  const int64_t num_shards_;
};

// DataLoss, with the number and the first, when the shards of `manifest` have
// more than `max_bad_records` bad records together.
absl::Status CheckBadRecords(const v1::Manifest& manifest,
                             int64_t max_bad_records);

}  // namespace maskfill

#endif  // MASKFILL_CORE_STAGE_STAGE_DIRECTORY_H_
