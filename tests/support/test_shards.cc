#include "tests/support/test_shards.h"

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"
#include "proto/records.pb.h"

namespace maskfill {

RunOptions TestRunOptions(const std::string& output) {
  RunOptions options;
  options.output = output;
  options.seed = 7;
  options.progress = ProgressMode::kNone;
  return options;
}

ShardSpec TestShardSpec() {
  ShardSpec spec;
  spec.work.tool = "test_tool";
  spec.work.seed = 7;
  spec.work.AddOption("threshold", "0.3");
  spec.work.AddInput("images", "records/train", "aa");
  spec.record_type = "maskfill.v1.ImageRecord";
  spec.name = "test";
  spec.num_shards = kTestShards;
  spec.dataset.set_name("set");
  spec.total_records = kTestShards * kTestRecordsPerShard;
  return spec;
}

absl::StatusOr<WorkResult> MakeTestShards(const RunOptions& options,
                                          const ShardSpec& spec,
                                          const BeforeRecord& before) {
  return MakeShards(
      options, spec, [&](int64_t shard, ShardSink& sink) -> absl::Status {
        for (int64_t i = 0; i < kTestRecordsPerShard; ++i) {
          if (before != nullptr) RETURN_IF_ERROR(before(shard, i));
          v1::ImageRecord record;
          record.set_schema_version(1);
          record.set_id(absl::StrCat(shard, "/", i));
          CounterRng rng(spec.work.seed, "test", 0, record.id());
          record.set_label(static_cast<int64_t>(rng.Below(1000)));
          RETURN_IF_ERROR(sink.Append(record));
          sink.AddCounter("labels", static_cast<double>(record.label()));
        }
        return absl::OkStatus();
      });
}

std::map<std::string, std::string> DirectoryContents(const std::string& dir) {
  std::map<std::string, std::string> contents;
  const auto names = ListDirectory(dir);
  CHECK(names.ok()) << names.status();
  for (const std::string& name : *names) {
    const auto bytes = ReadFile(JoinPath(dir, name));
    CHECK(bytes.ok()) << bytes.status();
    contents[name] = *bytes;
  }
  return contents;
}

}  // namespace maskfill
