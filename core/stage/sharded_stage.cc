#include "core/stage/sharded_stage.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/record_parsing.h"
#include "core/stage/stage_directory.h"
#include "core/stage/stage_summary.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

using MakeShard = std::function<absl::Status(int64_t, ShardSink&)>;

absl::Status CheckSpec(const StageOptions& options, const StageSpec& spec) {
  CHECK(!spec.tool.empty() && !spec.record_type.empty() && !spec.name.empty());
  if (options.output.empty()) {
    return absl::InvalidArgumentError("--output is missing");
  }
  if (spec.num_shards <= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are ", spec.num_shards, " shards to make, expected at least 1"));
  }
  if (options.task_count <= 0 || options.task_index < 0 ||
      options.task_index >= options.task_count) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the task is ", options.task_index, " of ", options.task_count,
        ", expected 0 <= --task_index < --task_count"));
  }
  return absl::OkStatus();
}

// The manifest without shards.
v1::Manifest MakePlan(const StageOptions& options, const StageSpec& spec) {
  v1::Manifest plan;
  plan.set_schema_version(kSchemaVersion);
  plan.set_name(spec.name);
  plan.set_tool(spec.tool);
  plan.set_tool_version(kToolVersion);
  plan.set_record_type(spec.record_type);
  std::vector<v1::Option> sorted = spec.options;
  std::sort(sorted.begin(), sorted.end(),
            [](const v1::Option& a, const v1::Option& b) {
              return a.name() < b.name();
            });
  for (const v1::Option& option : sorted) *plan.add_options() = option;
  plan.set_seed(options.seed);
  for (const v1::InputReference& input : spec.inputs) {
    *plan.add_inputs() = input;
  }
  *plan.mutable_dataset() = spec.dataset;
  plan.set_fingerprint(ComputeFingerprint(plan));
  return plan;
}

// One run: what RunShardedStage does, with its state.
class StageRun {
 public:
  StageRun(const StageOptions& options, const StageSpec& spec)
      : options_(options),
        spec_(spec),
        plan_(MakePlan(options, spec)),
        directory_(options.output, plan_, spec.num_shards) {
    result_.manifest = plan_;
    for (int64_t shard = options.task_index; shard < spec.num_shards;
         shard += options.task_count) {
      own_.push_back(shard);
    }
  }

  absl::Status DryRun();
  absl::Status Run(const MakeShard& make_shard);
  StageResult& result() { return result_; }

 private:
  bool IsOwn(int64_t shard) const {
    return shard % options_.task_count == options_.task_index;
  }
  absl::Status FindMissing(std::vector<int64_t>* missing,
                           int64_t* records_done);
  absl::Status MakeMissing(const MakeShard& make_shard);
  absl::Status MakeOne(int64_t shard, const MakeShard& make_shard,
                       Progress* progress);
  bool UsePublished(std::optional<v1::Manifest> published);

  const StageOptions& options_;
  const StageSpec& spec_;
  const v1::Manifest plan_;
  const StageDirectory directory_;
  std::vector<int64_t> own_;  // shards of this task
  StageResult result_;
};

absl::Status StageRun::FindMissing(std::vector<int64_t>* missing,
                                   int64_t* records_done) {
  *records_done = 0;
  for (const int64_t shard : own_) {
    ASSIGN_OR_RETURN(const std::optional<v1::ShardEntry> entry,
                     directory_.ReadEntry(shard));
    if (entry.has_value()) {
      *records_done += entry->records();
      result_.bad_records += entry->bad_records_size();
    } else {
      missing->push_back(shard);
    }
  }
  return absl::OkStatus();
}

absl::Status StageRun::DryRun() {
  std::printf("%s %s, dry run: nothing is written\n", plan_.tool().c_str(),
              plan_.tool_version().c_str());
  std::printf("output: %s\n", options_.output.c_str());
  std::printf("fingerprint: %s\n", plan_.fingerprint().c_str());
  for (const v1::Option& option : plan_.options()) {
    std::printf("option: %s=%s\n", option.name().c_str(),
                option.value().c_str());
  }
  std::printf("option: seed=%llu\n",
              static_cast<unsigned long long>(plan_.seed()));
  for (const v1::InputReference& input : plan_.inputs()) {
    std::printf("input: %s %s (%s)\n", input.role().c_str(),
                input.fingerprint().c_str(), input.path().c_str());
  }
  std::printf("shards: %lld of %s, task %lld of %lld makes %lld\n",
              static_cast<long long>(spec_.num_shards),
              plan_.record_type().c_str(),
              static_cast<long long>(options_.task_index),
              static_cast<long long>(options_.task_count),
              static_cast<long long>(own_.size()));
  RETURN_IF_ERROR(directory_.CheckIsDirectoryOrAbsent());
  std::vector<int64_t> missing = own_;
  if (IsDirectory(options_.output) && !options_.overwrite) {
    RETURN_IF_ERROR(directory_.CheckSameWork());
    ASSIGN_OR_RETURN(const std::optional<v1::Manifest> published,
                     directory_.ReadPublished());
    missing.clear();
    int64_t unused = 0;
    if (!published.has_value()) {
      RETURN_IF_ERROR(FindMissing(&missing, &unused));
    }
  }
  std::printf("left to make: %lld\n", static_cast<long long>(missing.size()));
  return absl::OkStatus();
}

bool StageRun::UsePublished(std::optional<v1::Manifest> published) {
  if (!published.has_value()) return false;
  result_.manifest = *std::move(published);
  result_.complete = true;
  return true;
}

absl::Status StageRun::Run(const MakeShard& make_shard) {
  RETURN_IF_ERROR(directory_.CheckIsDirectoryOrAbsent());
  RETURN_IF_ERROR(MakeDirectories(options_.output));
  RETURN_IF_ERROR(RemoveStaleTemporaries(options_.output));
  if (options_.overwrite) {
    RETURN_IF_ERROR(directory_.RemoveOldSet(
        [this](int64_t shard) { return IsOwn(shard); }));
  } else {
    RETURN_IF_ERROR(directory_.CheckSameWork());
    ASSIGN_OR_RETURN(std::optional<v1::Manifest> published,
                     directory_.ReadPublished());
    if (published.has_value()) {
      RETURN_IF_ERROR(CheckBadRecords(*published, options_.max_bad_records));
    }
    if (UsePublished(std::move(published))) {
      result_.already_done = true;
      for (const int64_t shard : own_) {
        result_.bad_records +=
            result_.manifest.shards(static_cast<int>(shard)).bad_records_size();
      }
      LOG(INFO) << "\"" << options_.output << "\" is finished already ("
                << spec_.num_shards << " shards, fingerprint "
                << plan_.fingerprint() << "): nothing to do";
      // A run that was killed just after publishing leaves them.
      return directory_.RemoveEntries();
    }
  }
  RETURN_IF_ERROR(MakeMissing(make_shard));
  ASSIGN_OR_RETURN(std::optional<v1::Manifest> published,
                   directory_.Publish(options_.max_bad_records));
  if (!UsePublished(std::move(published))) {
    LOG(INFO) << "task " << options_.task_index << " of " << options_.task_count
              << " has made its " << own_.size() << " of " << spec_.num_shards
              << " shards of \"" << options_.output
              << "\"; the task that makes the last one publishes the manifest";
  }
  return absl::OkStatus();
}

absl::Status StageRun::MakeMissing(const MakeShard& make_shard) {
  std::vector<int64_t> missing;
  int64_t records_done = 0;
  RETURN_IF_ERROR(FindMissing(&missing, &records_done));
  result_.already_done = missing.empty();
  if (missing.size() < own_.size()) {
    LOG(INFO) << own_.size() - missing.size() << " of " << own_.size()
              << " shards are finished already";
  }
  const auto share = [this](size_t shards) {
    return spec_.total_records * static_cast<int64_t>(shards) /
           spec_.num_shards;
  };
  Progress progress(options_.progress, spec_.tool, spec_.unit,
                    share(own_.size()),
                    spec_.count_appended ? records_done
                                         : share(own_.size() - missing.size()));
  for (const int64_t shard : missing) {
    RETURN_IF_ERROR(CheckNotPreempted());
    RETURN_IF_ERROR(Annotate(MakeOne(shard, make_shard, &progress),
                             Basename(directory_.ShardPath(shard))));
  }
  return absl::OkStatus();
}

absl::Status StageRun::MakeOne(int64_t shard, const MakeShard& make_shard,
                               Progress* progress) {
  ASSIGN_OR_RETURN(std::unique_ptr<ShardWriter> writer,
                   ShardWriter::Create(directory_.ShardPath(shard)));
  v1::ShardEntry notes;
  ShardSink sink(writer.get(), &notes, progress, spec_.count_appended,
                 options_.max_bad_records, &result_.bad_records);
  RETURN_IF_ERROR(make_shard(shard, sink));
  ASSIGN_OR_RETURN(v1::ShardEntry entry, writer->Close());
  entry.MergeFrom(notes);
  entry.set_fingerprint(plan_.fingerprint());
  RETURN_IF_ERROR(directory_.WriteEntry(shard, entry));
  result_.shards_written += 1;
  result_.records += entry.records();
  return absl::OkStatus();
}

}  // namespace

ShardSink::ShardSink(ShardWriter* writer, v1::ShardEntry* entry,
                     Progress* progress, bool count_appended,
                     int64_t max_bad_records, int64_t* bad_records)
    : writer_(writer),
      entry_(entry),
      progress_(progress),
      count_appended_(count_appended),
      max_bad_records_(max_bad_records),
      bad_records_(bad_records) {}

absl::Status ShardSink::Append(const google::protobuf::MessageLite& message) {
  RETURN_IF_ERROR(CheckNotPreempted());
  RETURN_IF_ERROR(writer_->Append(message));
  if (count_appended_) progress_->Add();
  return absl::OkStatus();
}

void ShardSink::AddCounter(absl::string_view name, double value) {
  for (v1::Counter& counter : *entry_->mutable_counters()) {
    if (counter.name() == name) {
      counter.set_value(counter.value() + value);
      return;
    }
  }
  v1::Counter* counter = entry_->add_counters();
  counter->set_name(std::string(name));
  counter->set_value(value);
}

absl::Status ShardSink::AddBadRecord(absl::string_view source,
                                     absl::string_view reason) {
  v1::BadRecord* bad = entry_->add_bad_records();
  bad->set_source(std::string(source));
  bad->set_reason(std::string(reason));
  LOG(WARNING) << "unusable: " << source << ": " << reason;
  if (++*bad_records_ <= max_bad_records_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      source, ": ", reason, " (", *bad_records_,
      " unusable so far, --max_bad_records allows ", max_bad_records_, ")"));
}

void ShardSink::AddProgress(int64_t n) { progress_->Add(n); }

void ShardSink::SetProgressDetail(std::string detail) {
  progress_->SetDetail(std::move(detail));
}

absl::StatusOr<StageResult> RunShardedStage(const StageOptions& options,
                                            const StageSpec& spec,
                                            const MakeShard& make_shard) {
  const absl::Time start = absl::Now();
  RETURN_IF_ERROR(CheckSpec(options, spec));
  StageRun run(options, spec);
  const absl::Status status =
      options.dry_run ? run.DryRun() : run.Run(make_shard);
  run.result().seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (!options.summary_json.empty() && !options.dry_run) {
    const absl::Status written = WriteFileAtomically(
        options.summary_json, StageSummaryJson(options, run.result(), status));
    if (status.ok()) RETURN_IF_ERROR(Annotate(written, "--summary_json"));
  }
  RETURN_IF_ERROR(status);
  return std::move(run.result());
}

}  // namespace maskfill
