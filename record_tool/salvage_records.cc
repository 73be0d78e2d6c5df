#include "record_tool/salvage_records.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/record/record_parsing.h"
#include "core/record/record_salvage.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "google/protobuf/message.h"
#include "record_tool/record_json.h"
#include "record_tool/record_target.h"

namespace maskfill {
namespace {

constexpr char kSalvaged[] = "salvaged_records";
constexpr char kLost[] = "lost_records";
constexpr char kSkippedBytes[] = "skipped_bytes";

// Of the bytes that are there: a manifest speaks of those that were.
absl::StatusOr<std::string> FingerprintOfShards(const RecordTarget& target) {
  Sha256 sha;
  for (const TargetShard& shard : target.shards) {
    sha.UpdateField(Basename(shard.path));
    const absl::StatusOr<std::string> digest = Sha256HexOfFile(shard.path);
    if (!digest.ok() && !absl::IsNotFound(digest.status())) {
      return digest.status();
    }
    sha.UpdateField(digest.ok() ? *digest : "missing");
  }
  if (target.manifest.has_value()) {
    sha.UpdateField(target.manifest->content_fingerprint());
  }
  return sha.HexDigest();
}

absl::StatusOr<Work> WorkFor(const SalvageRecordsOptions& options,
                             const RecordTarget& target) {
  Work work{.tool = "records", .algorithm_version = kSalvageVersion};
  work.AddOption("command", "salvage");
  if (target.manifest.has_value()) {
    work.seed = target.manifest->seed();
    for (const v1::Option& option : target.manifest->options()) {
      if (option.name() != "command") {
        work.AddOption(option.name(), option.value());
      }
    }
    for (const v1::InputReference& input : target.manifest->inputs()) {
      if (input.role() != "damaged") work.AddInput(input);
    }
  } else {
    work.AddOption("type", target.type);
  }
  ASSIGN_OR_RETURN(const std::string fingerprint, FingerprintOfShards(target));
  work.AddInput("damaged", options.run.input, fingerprint);
  return work;
}

ShardSpec SpecFor(const RecordTarget& target, Work work) {
  ShardSpec spec;
  spec.work = std::move(work);
  spec.record_type = target.type;
  spec.num_shards = static_cast<int64_t>(target.shards.size());
  spec.unit = "records";
  if (target.manifest.has_value()) {
    spec.name = target.manifest->name();
    spec.dataset = target.manifest->dataset();
  } else {
    spec.name = std::string(
        absl::StripSuffix(Basename(target.shards[0].path), ".tfrecord"));
  }
  for (const TargetShard& shard : target.shards) {
    if (shard.entry.has_value()) spec.total_records += shard.entry->records();
  }
  return spec;
}

// What no two records of a set share; empty where nothing names them.
std::string NameOf(const google::protobuf::Message& record) {
  const auto* type = record.GetDescriptor();
  const auto* id = type->FindFieldByName("id");
  const auto* variant = type->FindFieldByName("variant");
  if (id == nullptr) return "";
  std::string name = record.GetReflection()->GetString(record, id);
  if (variant != nullptr) {
    absl::StrAppend(&name, "\", variant \"",
                    record.GetReflection()->GetInt32(record, variant));
  }
  return name;
}

// What a sound piece is, where the checksums are right and the record is none
// of the set: "" or why.
class RecordJudge {
 public:
  explicit RecordJudge(std::unique_ptr<google::protobuf::Message> record)
      : record_(std::move(record)) {}
  std::string WhyNot(absl::string_view payload) {
    if (!ParseMessage(payload, "", record_.get()).ok()) {
      return absl::StrCat("is no ", record_->GetTypeName());
    }
    const std::string name = NameOf(*record_);
    if (name.empty() || names_.insert(name).second) return "";
    return absl::StrCat("claims to be \"", absl::CEscape(name),
                        "\", which lies before it");
  }

 private:
  std::unique_ptr<google::protobuf::Message> record_;
  std::set<std::string> names_;
};

absl::Status SalvageShard(const TargetShard& shard, const std::string& type,
                          ShardSink& sink) {
  ASSIGN_OR_RETURN(auto record, NewRecord(type));
  RecordJudge judge(std::move(record));
  const std::string name = Basename(shard.path);
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file =
      MappedFile::Open(shard.path);
  if (absl::IsNotFound(file.status())) {
    if (!shard.entry.has_value()) return file.status();
    sink.AddCounter(kLost, static_cast<double>(shard.entry->records()));
    return sink.AddBadRecord(name, "the file is missing");
  }
  RETURN_IF_ERROR(file.status());
  const absl::string_view bytes = (*file)->bytes();
  int64_t salvaged = 0;
  bool whole = true;
  for (const ShardPiece& piece : FindSoundRecords(bytes)) {
    std::string why = "no sound record";
    if (piece.sound) {
      const absl::string_view payload = PayloadOf(bytes, piece);
      why = judge.WhyNot(payload);
      if (why.empty()) {
        RETURN_IF_ERROR(sink.Append(payload));
        ++salvaged;
        continue;
      }
    }
    whole = false;
    sink.AddCounter(kSkippedBytes,
                    static_cast<double>(piece.end - piece.begin));
    RETURN_IF_ERROR(sink.AddBadRecord(
        absl::StrCat(name, ": bytes ", piece.begin, " to ", piece.end),
        absl::StrCat(why, "; ", salvaged, " lie before it")));
  }
  sink.AddCounter(kSalvaged, static_cast<double>(salvaged));
  if (shard.entry.has_value()) {
    sink.AddCounter(kLost, static_cast<double>(std::max<int64_t>(
                               0, shard.entry->records() - salvaged)));
    if (whole &&
        shard.entry->crc32c() != absl::StrFormat("%08x", Crc32c(bytes))) {
      RETURN_IF_ERROR(sink.AddBadRecord(
          name,
          absl::StrCat("its ", salvaged, " records are sound, but not the ",
                       shard.entry->records(),
                       " that were written: cut "
                       "between records, or of another file")));
    }
  }
  return (*file)->CheckUnchanged();
}

void Report(const v1::Manifest& manifest, bool counts_lost, std::ostream& out) {
  for (const v1::ShardEntry& shard : manifest.shards()) {
    for (const v1::BadRecord& bad : shard.bad_records()) {
      out << "SKIPPED " << bad.source() << ": " << bad.reason() << "\n";
    }
  }
  out << "OK: " << manifest.shards_size() << " shards, "
      << CounterOf(manifest, kSalvaged) << " records salvaged, ";
  if (counts_lost) out << CounterOf(manifest, kLost) << " records lost, ";
  out << CounterOf(manifest, kSkippedBytes) << " bytes skipped\n";
}

}  // namespace

absl::StatusOr<WorkResult> SalvageRecords(const SalvageRecordsOptions& options,
                                          std::ostream& out) {
  ASSIGN_OR_RETURN(const RecordTarget target,
                   OpenRecordTarget(options.run.input, options.type));
  RETURN_IF_ERROR(NewRecordOf(target, options.run.input).status());
  RunOptions run = options.run;
  run.max_bad_records = std::numeric_limits<int64_t>::max();
  ASSIGN_OR_RETURN(Work work, WorkFor(options, target));
  ASSIGN_OR_RETURN(WorkResult result,
                   MakeShards(run, SpecFor(target, std::move(work)),
                              [&target](int64_t shard, ShardSink& sink) {
                                return SalvageShard(target.shards[shard],
                                                    target.type, sink);
                              }));
  if (result.complete) {
    Report(result.manifest, target.manifest.has_value(), out);
  }
  return result;
}

}  // namespace maskfill
