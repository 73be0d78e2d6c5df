// A result that is a set of shards, made by any number of tasks.
#ifndef MASKFILL_CORE_WORK_SHARDS_H_
#define MASKFILL_CORE_WORK_SHARDS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/progress.h"
#include "core/record/record_set.h"
#include "core/record/shard_writer.h"
#include "core/work/run_options.h"
#include "core/work/work.h"
#include "core/work/work_result.h"
#include "google/protobuf/message_lite.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// A set of shards to be made.
struct ShardSpec {
  Work work;
  std::string record_type;  // "maskfill.v1.CamRecord"
  std::string name;         // prefix of the shards' names, that of the images
  int64_t num_shards = 0;
  v1::DatasetInfo dataset;             // copied on from the images
  std::vector<v1::Option> notes = {};  // of the manifest, for people
  std::string unit = "images";         // of progress
  int64_t total_records = 0;  // over all shards, for progress; 0: unknown
};

// For records of this type, one shard for each of `set`, with its name and data
// set, and as many records.
ShardSpec ShardsLike(const RecordSet& set, std::string record_type);

// Where the records of the shard that is being made go. Not thread-safe: call
// it in record order, as OrderedParallel's consume does.
class ShardSink {
 public:
  // Used by MakeShards. `bad_records` counts over all shards.
  ShardSink(ShardWriter* writer, v1::ShardEntry* entry, Progress* progress,
            int64_t max_bad_records, int64_t* bad_records);

  // Cancelled when the process was told to stop.
  absl::Status Append(const google::protobuf::MessageLite& message);
  // A record that is serialised already.
  absl::Status Append(absl::string_view payload);

  // Adds to a sum of this shard, which the manifest keeps per shard and in
  // total; of names that begin with min_ or max_ the total is the shards' least
  // or greatest. Only what is the same in every run: no seconds.
  void AddCounter(absl::string_view name, double value);

  // Notes what could not be used. DataLoss when there are now more than
  // --max_bad_records. `source`: the file, or shard and record.
  absl::Status AddBadRecord(absl::string_view source, absl::string_view reason);

 private:
  template <typename Record>
  absl::Status AppendRecord(const Record& record);

  ShardWriter* writer_;
  v1::ShardEntry* entry_;
  Progress* progress_;
  int64_t max_bad_records_;
  int64_t* bad_records_;
};

// Makes this task's missing shards in the directory --output, one after
// another, by make_shard(shard, sink), and publishes the manifest once the
// shards of all tasks are there. Finished shards are kept: a killed or
// preempted run goes on where it stopped. The bytes of a shard must depend on
// the spec alone.
//
// Before the first shard the directory is claimed for this work (.plan.json),
// so that two runs with other options cannot both begin in an empty one.
// --overwrite removes the shards of other work once none of its tasks is
// running; of this very work it makes again what is damaged and nothing else.
//
// Errors as of Perform (ledger.h). Aborted when tasks of other work still run
// there. Cancelled: preempted. Errors of make_shard come back with the shard's
// name in front, and nothing of that shard is left.
absl::StatusOr<WorkResult> MakeShards(
    const RunOptions& options, const ShardSpec& spec,
    const std::function<absl::Status(int64_t shard, ShardSink& sink)>&
        make_shard);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_SHARDS_H_
