#include "core/work/shards.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/record/record_set.h"
#include "core/work/ledger.h"
#include "core/work/shard_directory.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

using MakeShard = std::function<absl::Status(int64_t, ShardSink&)>;

absl::Status CheckSpec(const RunOptions& options, const ShardSpec& spec) {
  CHECK(!spec.record_type.empty() && !spec.name.empty());
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

v1::Manifest PlanFor(const ShardSpec& spec) {
  v1::Manifest plan = PlanOf(spec.work, spec.name, spec.record_type);
  *plan.mutable_dataset() = spec.dataset;
  *plan.mutable_notes() = {spec.notes.begin(), spec.notes.end()};
  return plan;
}

class ShardsOutput : public Output {
 public:
  ShardsOutput(const RunOptions& options, const ShardSpec& spec,
               const v1::Manifest& plan, std::string dir,
               const MakeShard& make_shard)
      : options_(options),
        spec_(spec),
        plan_(plan),
        directory_(std::move(dir), plan, spec.num_shards),
        make_shard_(make_shard) {
    for (int64_t shard = options.task_index; shard < spec.num_shards;
         shard += options.task_count) {
      own_.push_back(shard);
    }
  }

  absl::StatusOr<Found> Inspect() const override {
    return directory_.Inspect();
  }
  absl::Status CheckFinished(WorkResult* result) override {
    for (const int64_t shard : own_) {
      result->bad_records +=
          result->manifest.shards(static_cast<int>(shard)).bad_records_size();
    }
    RETURN_IF_ERROR(
        RecordSet::Open(directory_.dir(), spec_.record_type).status());
    // A run that was killed just after publishing leaves them; somewhere that
    // can't be written to they do no harm.
    directory_.RemoveEntries().IgnoreError();
    return CheckBadRecords(result->manifest, options_.max_bad_records);
  }
  // A look at every byte, to find what is damaged.
  bool Again() const override { return options_.overwrite; }
  // Tasks share the directory, by ShardDirectory::Claim.
  absl::StatusOr<std::unique_ptr<FileLock>> Lock() const override {
    return std::unique_ptr<FileLock>();
  }
  absl::Status Make(const Found& found, WorkResult* result) override;
  std::string PlanLines(const Found& found) const override;

 private:
  absl::StatusOr<std::vector<int64_t>> FindMissing(int64_t* records_done,
                                                   int64_t* bad_records) const;
  absl::Status MakeMissing(WorkResult* result);
  absl::Status MakeOne(int64_t shard, Progress* progress, WorkResult* result);

  const RunOptions& options_;
  const ShardSpec& spec_;
  const v1::Manifest& plan_;
  const ShardDirectory directory_;
  const MakeShard& make_shard_;
  std::vector<int64_t> own_;  // shards of this task
};

absl::StatusOr<std::vector<int64_t>> ShardsOutput::FindMissing(
    int64_t* records_done, int64_t* bad_records) const {
  std::vector<int64_t> missing;
  for (const int64_t shard : own_) {
    ASSIGN_OR_RETURN(const std::optional<v1::ShardEntry> entry,
                     directory_.ReadEntry(shard));
    if (entry.has_value()) {
      *records_done += entry->records();
      *bad_records += entry->bad_records_size();
    } else {
      missing.push_back(shard);
    }
  }
  return missing;
}

std::string ShardsOutput::PlanLines(const Found& found) const {
  size_t left = own_.size();
  if (found.standing == Standing::kFinished) left = 0;
  if (found.standing == Standing::kUnfinished) {
    int64_t unused = 0;
    const auto missing = FindMissing(&unused, &unused);
    if (missing.ok()) left = missing->size();
  }
  return absl::StrCat("shards: ", spec_.num_shards, " of ", spec_.record_type,
                      ", task ", options_.task_index, " of ",
                      options_.task_count, " makes ", own_.size(),
                      "\nleft to make: ", left, "\n");
}

absl::Status ShardsOutput::Make(const Found& found, WorkResult* result) {
  RETURN_IF_ERROR(MakeDirectories(directory_.dir()));
  RETURN_IF_ERROR(RemoveStaleTemporaries(directory_.dir()));
  const auto take = [&](const v1::Manifest& finished) {
    result->manifest = finished;
    result->already_done = true;
    result->complete = true;
    return CheckFinished(result);
  };
  if (found.standing == Standing::kFinished) {
    ASSIGN_OR_RETURN(const bool whole, directory_.RetractDamaged());
    if (whole) return take(found.entry);
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> claim,
                   directory_.Claim(options_.overwrite));
  // Other tasks may have finished all in between.
  ASSIGN_OR_RETURN(const Found now, directory_.Inspect());
  if (now.standing == Standing::kFinished) return take(now.entry);
  RETURN_IF_ERROR(MakeMissing(result));
  ASSIGN_OR_RETURN(std::optional<v1::Manifest> published,
                   directory_.Publish(options_.max_bad_records));
  if (published.has_value()) {
    result->manifest = *std::move(published);
    result->complete = true;
  } else {
    LOG(INFO) << "task " << options_.task_index << " of " << options_.task_count
              << " has made its " << own_.size() << " of " << spec_.num_shards
              << " shards of \"" << options_.output
              << "\"; the task that makes the last one publishes the manifest";
  }
  return absl::OkStatus();
}

absl::Status ShardsOutput::MakeMissing(WorkResult* result) {
  int64_t records_done = 0;
  ASSIGN_OR_RETURN(const std::vector<int64_t> missing,
                   FindMissing(&records_done, &result->bad_records));
  result->already_done = missing.empty();
  if (missing.size() < own_.size()) {
    LOG(INFO) << own_.size() - missing.size() << " of " << own_.size()
              << " shards are finished already";
  }
  const int64_t records_in_all = spec_.total_records *
                                 static_cast<int64_t>(own_.size()) /
                                 spec_.num_shards;
  Progress progress(options_.progress, plan_.tool(), spec_.unit, records_in_all,
                    records_done);
  for (const int64_t shard : missing) {
    RETURN_IF_ERROR(CheckNotPreempted());
    RETURN_IF_ERROR(Annotate(MakeOne(shard, &progress, result),
                             Basename(directory_.ShardPath(shard))));
  }
  return absl::OkStatus();
}

absl::Status ShardsOutput::MakeOne(int64_t shard, Progress* progress,
                                   WorkResult* result) {
  ASSIGN_OR_RETURN(std::unique_ptr<ShardWriter> writer,
                   ShardWriter::Create(directory_.ShardPath(shard)));
  v1::ShardEntry notes;
  ShardSink sink(writer.get(), &notes, progress, options_.max_bad_records,
                 &result->bad_records);
  RETURN_IF_ERROR(make_shard_(shard, sink));
  ASSIGN_OR_RETURN(v1::ShardEntry entry, writer->Close());
  entry.MergeFrom(notes);
  entry.set_fingerprint(plan_.fingerprint());
  RETURN_IF_ERROR(directory_.WriteEntry(shard, entry));
  result->shards_written += 1;
  result->records += entry.records();
  return absl::OkStatus();
}

}  // namespace

ShardSink::ShardSink(ShardWriter* writer, v1::ShardEntry* entry,
                     Progress* progress, int64_t max_bad_records,
                     int64_t* bad_records)
    : writer_(writer),
      entry_(entry),
      progress_(progress),
      max_bad_records_(max_bad_records),
      bad_records_(bad_records) {}

template <typename Record>
absl::Status ShardSink::AppendRecord(const Record& record) {
  RETURN_IF_ERROR(CheckNotPreempted());
  RETURN_IF_ERROR(writer_->Append(record));
  progress_->Add();
  return absl::OkStatus();
}

absl::Status ShardSink::Append(const google::protobuf::MessageLite& message) {
  return AppendRecord(message);
}

absl::Status ShardSink::Append(absl::string_view payload) {
  return AppendRecord(payload);
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

ShardSpec ShardsLike(const RecordSet& set, std::string record_type) {
  ShardSpec spec;
  spec.record_type = std::move(record_type);
  spec.name = set.manifest().name();
  spec.num_shards = set.num_shards();
  spec.dataset = set.manifest().dataset();
  spec.total_records = set.num_records();
  return spec;
}

absl::StatusOr<WorkResult> MakeShards(const RunOptions& options,
                                      const ShardSpec& spec,
                                      const MakeShard& make_shard) {
  ASSIGN_OR_RETURN(std::string dir, OutputPath(options));
  RETURN_IF_ERROR(CheckSpec(options, spec));
  const v1::Manifest plan = PlanFor(spec);
  ShardsOutput output(options, spec, plan, std::move(dir), make_shard);
  return Perform(options, plan, output);
}

}  // namespace maskfill
