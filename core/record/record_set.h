// A finished stage directory: shards and their manifest.
#ifndef MASKFILL_CORE_RECORD_RECORD_SET_H_
#define MASKFILL_CORE_RECORD_RECORD_SET_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record/record_reader.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// What an earlier stage has made.
//
//   ASSIGN_OR_RETURN(RecordSet images,
//                    RecordSet::Open(options.input,
//                    "maskfill.v1.ImageRecord"));
//   for (int64_t i = 0; i < images.num_shards(); ++i) {
//     ASSIGN_OR_RETURN(auto reader, images.OpenShard(i));
//     ...
//
// Immutable, so thread-safe.
class RecordSet {
 public:
  // Checks the manifest, that it holds `expected_record_type` (full message
  // name; "" takes any; else FailedPrecondition), and that every shard is
  // there in its size (NotFound, DataLoss). Reads no shard.
  static absl::StatusOr<RecordSet> Open(const std::string& dir,
                                        absl::string_view expected_record_type);

  const v1::Manifest& manifest() const { return manifest_; }
  const std::string& dir() const { return dir_; }
  int64_t num_shards() const { return manifest_.shards_size(); }
  int64_t num_records() const { return num_records_; }
  std::string ShardPath(int64_t shard) const;
  // Records of the shards before it.
  int64_t ShardBegin(int64_t shard) const;

  // A reader that also holds the shard against the manifest: a cut at a
  // record's boundary or a swapped file is DataLoss at its end.
  absl::StatusOr<std::unique_ptr<RecordReader>> OpenShard(int64_t shard) const;

  // What a stage that reads this set puts into its own manifest.
  v1::InputReference AsInput(absl::string_view role) const;

 private:
  RecordSet(std::string dir, v1::Manifest manifest);

  std::string dir_;
  v1::Manifest manifest_;
  int64_t num_records_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORD_SET_H_
