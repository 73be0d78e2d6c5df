// The output directory of a set of shards while it is being filled.
#ifndef MASKFILL_CORE_WORK_SHARD_DIRECTORY_H_
#define MASKFILL_CORE_WORK_SHARD_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/file_lock.h"
#include "core/work/ledger.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Knows which shards of one piece of work are finished. A shard is finished
// when its entry file (ShardEntryName; a Manifest with this one shard, without
// dataset) is there with the work's fingerprint and the shard has its size.
// Entry files and plan go once the manifest is published. Several processes may
// use the same directory at once: everything is published by naming it, and
// equal work gives equal bytes. Thread-compatible.
class ShardDirectory {
 public:
  // `plan`: the manifest of the work without shards, with its fingerprint.
  ShardDirectory(std::string dir, v1::Manifest plan, int64_t num_shards);

  // What is there; kFinished with the published manifest. Other files are
  // nobody's business.
  absl::StatusOr<Found> Inspect() const;

  // Makes the directory this work's: writes .plan.json, or joins the tasks of
  // the same work. Other work is removed when `overwrite`, once no task of it
  // is running (else Aborted), and is AlreadyExists otherwise. As long as the
  // lock lives nobody removes what this task makes.
  absl::StatusOr<std::unique_ptr<FileLock>> Claim(bool overwrite) const;

  // The entry of a finished shard, nothing when it has to be made.
  absl::StatusOr<std::optional<v1::ShardEntry>> ReadEntry(int64_t shard) const;
  absl::Status WriteEntry(int64_t shard, const v1::ShardEntry& entry) const;

  // True when every byte of the published set is as its manifest says. Else
  // the set is unfinished again: the damaged shards are to be made.
  absl::StatusOr<bool> RetractDamaged() const;

  // Writes the manifest when all shards are finished and returns it; nothing
  // when some are missing. DataLoss when they have more than
  // `max_bad_records` bad records together.
  absl::StatusOr<std::optional<v1::Manifest>> Publish(
      int64_t max_bad_records) const;

  // Removes plan and entries, which a published set does not need.
  absl::Status RemoveEntries() const;

  std::string ShardPath(int64_t shard) const;
  const std::string& dir() const { return dir_; }

 private:
  // As Inspect(); without the plan, as it is once that is this work's.
  absl::StatusOr<Found> Look(bool with_plan) const;
  // Whether the plan says this work.
  absl::StatusOr<bool> IsClaimed() const;
  std::string EntryPath(int64_t shard) const;
  std::string PlanPath() const;
  // The finished set, nothing when it is not published.
  absl::StatusOr<std::optional<v1::Manifest>> ReadPublished() const;
  // Removes manifests, entries, shards and plan of whatever set is here, and
  // no other file.
  absl::Status RemoveSet() const;

  const std::string dir_;
  const v1::Manifest plan_;
  const int64_t num_shards_;
};

// DataLoss, with the number and the first, when the shards of `manifest` have
// more than `max_bad_records` bad records together.
absl::Status CheckBadRecords(const v1::Manifest& manifest,
                             int64_t max_bad_records);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_SHARD_DIRECTORY_H_
