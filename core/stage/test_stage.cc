#include "core/stage/test_stage.h"

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "glog/logging.h"
#include "proto/records.pb.h"

namespace maskfill {

StageOptions TestStageOptions(const std::string& output) {
  StageOptions options;
  options.output = output;
  options.seed = 7;
  options.progress = ProgressMode::kNone;
  return options;
}

StageSpec TestStageSpec() {
  StageSpec spec;
  spec.tool = "test_tool";
  spec.record_type = "maskfill.v1.ImageRecord";
  spec.name = "test";
  spec.num_shards = kTestShards;
  v1::Option option;
  option.set_name("threshold");
  option.set_value("0.3");
  spec.options.push_back(option);
  v1::InputReference input;
  input.set_role("images");
  input.set_path("records/train");
  input.set_fingerprint("aa");
  spec.inputs.push_back(input);
  spec.dataset.set_name("set");
  spec.total_records = kTestShards * kTestRecordsPerShard;
  return spec;
}

absl::StatusOr<StageResult> RunTestStage(const StageOptions& options,
                                         const StageSpec& spec,
                                         const BeforeRecord& before) {
  return RunShardedStage(
      options, spec, [&](int64_t shard, ShardSink& sink) -> absl::Status {
        for (int64_t i = 0; i < kTestRecordsPerShard; ++i) {
          if (before != nullptr) RETURN_IF_ERROR(before(shard, i));
          v1::ImageRecord record;
          record.set_schema_version(1);
          record.set_id(absl::StrCat(shard, "/", i));
          CounterRng rng(options.seed, "test", 0, record.id());
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
