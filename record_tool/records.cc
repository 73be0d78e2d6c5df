#include "record_tool/records.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "core/base/names.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/record/checkpoint_files.h"
#include "core/record/record_index.h"
#include "core/record/record_parsing.h"
#include "core/record/record_reader.h"
#include "core/record/shard_name.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "proto/manifest.pb.h"
#include "record_tool/croissant.h"
#include "record_tool/index_records.h"
#include "record_tool/record_json.h"
#include "record_tool/record_target.h"
#include "record_tool/salvage_records.h"

namespace maskfill {
namespace {

using google::protobuf::Message;

constexpr int64_t kHeadRecords = 10;

// A field that the message does not have is read over by protobuf: it shows
// that the records are of another type.
absl::Status CheckRecord(const Message& record, const RecordReader& reader) {
  const google::protobuf::Reflection& reflection = *record.GetReflection();
  if (!reflection.GetUnknownFields(record).empty()) {
    return absl::DataLossError(
        absl::StrCat(Where(reader), ": has fields that a ",
                     record.GetDescriptor()->full_name(), " does not have"));
  }
  const auto* field = record.GetDescriptor()->FindFieldByName("schema_version");
  if (field == nullptr) return absl::OkStatus();
  return CheckSchemaVersion(reflection.GetUInt32(record, field), Where(reader));
}

absl::Status Cat(const RecordsOptions& options, const RecordTarget& target,
                 int64_t limit, std::ostream& out) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> record,
                   NewRecordOf(target, options.path));
  int64_t printed = 0;
  for (const TargetShard& shard : target.shards) {
    ASSIGN_OR_RETURN(auto reader, OpenReader(shard));
    std::string payload;
    while (limit == 0 || printed < limit) {
      RETURN_IF_ERROR(CheckNotPreempted());
      const absl::Status status = reader->Next(&payload);
      if (absl::IsOutOfRange(status)) break;
      RETURN_IF_ERROR(status);
      RETURN_IF_ERROR(ParseMessage(payload, Where(*reader), record.get()));
      out << RecordToJson(*record) << "\n";
      ++printed;
    }
  }
  return absl::OkStatus();
}

// Everything about one shard. The records read, or what is wrong.
absl::StatusOr<v1::ShardEntry> VerifyShard(const TargetShard& shard,
                                           const std::string& type) {
  std::unique_ptr<Message> record;
  if (!type.empty()) {
    ASSIGN_OR_RETURN(record, NewRecord(type));
  }
  ASSIGN_OR_RETURN(
      const std::vector<int64_t> offsets,
      ReadShard(shard,
                [&record](const std::string& payload,
                          const RecordReader& reader) -> absl::Status {
                  if (record == nullptr) return absl::OkStatus();
                  RETURN_IF_ERROR(
                      ParseMessage(payload, Where(reader), record.get()));
                  return CheckRecord(*record, reader);
                }));
  v1::ShardEntry found;
  found.set_name(Basename(shard.path));
  found.set_records(static_cast<int64_t>(offsets.size()) - 1);
  found.set_bytes(offsets.back());
  const std::string index = IndexName(shard.path);
  ASSIGN_OR_RETURN(const std::vector<int64_t> indexed,
                   ReadRecordIndex(index, found.records(), found.bytes()));
  if (indexed != offsets) {
    return absl::DataLossError(
        absl::StrCat(index, ": its offsets are not those of the records"));
  }
  return found;
}

absl::Status Verify(const RecordTarget& target, std::ostream& out) {
  int64_t records = 0;
  std::vector<std::string> damaged;
  for (const TargetShard& shard : target.shards) {
    const absl::StatusOr<v1::ShardEntry> found =
        VerifyShard(shard, target.type);
    if (absl::IsCancelled(found.status())) return found.status();
    if (!found.ok()) {
      out << "DAMAGED " << Basename(shard.path) << ": "
          << found.status().message() << "\n";
      damaged.emplace_back(found.status().message());
      continue;
    }
    out << "OK " << found->name() << ": " << found->records() << " records, "
        << found->bytes() << " bytes"
        << (shard.entry.has_value()
                ? ""
                : " (no manifest: a cut between records cannot be seen)")
        << "\n";
    records += found->records();
  }
  if (!damaged.empty()) {
    return absl::DataLossError(absl::StrCat(
        damaged.size(), " of ", target.shards.size(),
        " shards are damaged: ", absl::StrJoin(damaged, "; "),
        "; make the set again with --overwrite, or copy what is sound with "
        "`records salvage`"));
  }
  out << "OK: " << target.shards.size() << " shards, " << records
      << " records\n";
  return absl::OkStatus();
}

absl::Status VerifyCheckpoint(const std::string& dir, std::ostream& out) {
  ASSIGN_OR_RETURN(const CheckpointFiles files, OpenCheckpointFiles(dir));
  // Without checksums everything was read already.
  if (files.has_checksums) RETURN_IF_ERROR(files.weights->ReadChecksums());
  const SafetensorsHeader& header = files.weights->header();
  out << "OK " << kModelFile << ": " << header.entries.size() << " tensors, "
      << files.weights->file_bytes() << " bytes"
      << (files.has_checksums ? "" : " (no checksums: damage cannot be seen)")
      << "\nOK " << kConfigFile << ": " << files.config_json.size() << " bytes"
      << (header.metadata.count(kConfigDigest) > 0
              ? ""
              : " (no checksum: damage cannot be seen)")
      << "\nOK: checkpoint, fingerprint " << files.fingerprint << "\n";
  return absl::OkStatus();
}

void PrintDataset(const v1::DatasetInfo& dataset, std::ostream& out) {
  if (dataset.name().empty() && dataset.class_keys().empty()) return;
  out << "dataset: " << dataset.name() << ", split " << dataset.split() << ", "
      << dataset.class_keys_size() << " classes";
  if (dataset.allowed_classes_size() > 0) {
    out << ", " << dataset.allowed_classes_size() << " of them allowed";
  }
  if (dataset.image_size() > 0) {
    out << ", " << dataset.image_size() << " px";
  }
  out << "\n";
}

absl::Status Stat(const RecordTarget& target, std::ostream& out) {
  int64_t records = 0;
  int64_t bytes = 0;
  std::string table;
  for (const TargetShard& shard : target.shards) {
    v1::ShardEntry entry;
    if (shard.entry.has_value()) {
      entry = *shard.entry;
    } else {
      ASSIGN_OR_RETURN(entry, VerifyShard(shard, target.type));
    }
    records += entry.records();
    bytes += entry.bytes();
    absl::StrAppendFormat(&table, "  %s %10d %14d %s\n", entry.name(),
                          entry.records(), entry.bytes(), entry.crc32c());
  }
  if (target.manifest.has_value()) {
    const v1::Manifest& manifest = *target.manifest;
    out << "name: " << manifest.name() << "\n"
        << "records are: " << manifest.record_type() << "\n"
        << "made by: " << manifest.tool() << " " << manifest.tool_version()
        << "\n"
        << "fingerprint: " << manifest.fingerprint() << "\n"
        << "content fingerprint: " << manifest.content_fingerprint() << "\n";
    for (const v1::Option& option : manifest.options()) {
      out << "option: " << option.name() << "=" << option.value() << "\n";
    }
    out << "option: seed=" << manifest.seed() << "\n";
    for (const v1::InputReference& input : manifest.inputs()) {
      out << "input: " << input.role() << " " << input.fingerprint() << " ("
          << input.path() << ")\n";
    }
    PrintDataset(manifest.dataset(), out);
    for (const v1::Counter& counter : manifest.counters()) {
      out << "counter: " << counter.name() << "=" << counter.value() << "\n";
    }
    for (const TargetShard& shard : target.shards) {
      for (const v1::BadRecord& bad : shard.entry->bad_records()) {
        out << "unusable: " << bad.source() << ": " << bad.reason() << "\n";
      }
    }
  }
  out << "shards: " << target.shards.size() << "\nrecords: " << records
      << "\nbytes: " << bytes << "\n";
  if (records > 0) out << "bytes per record: " << bytes / records << "\n";
  out << "  shard, records, bytes, CRC-32C\n" << table;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecordsCommand> ParseRecordsCommand(absl::string_view text) {
  return ParseName<RecordsCommand>(
      kRecordsCommands, text,
      absl::StrCat("found command \"$0\", expected: records ",
                   absl::StrJoin(kRecordsCommands, "|"), " PATH"));
}

std::string ToString(RecordsCommand command) {
  return kRecordsCommands[static_cast<size_t>(command)];
}

absl::Status RunRecordsCommand(const RecordsOptions& options,
                               std::ostream& out) {
  RunOptions run = options.run;
  run.input = options.path;
  switch (options.command) {
    case RecordsCommand::kSalvage:
      return SalvageRecords({.run = run, .type = options.type}, out).status();
    case RecordsCommand::kExport:
      return ExportRecords({.run = run, .to = options.to}).status();
    case RecordsCommand::kCroissant:
      return MakeCroissant({.run = run}).status();
    default:
      break;
  }
  if (options.command == RecordsCommand::kVerify) {
    ASSIGN_OR_RETURN(const bool is_checkpoint,
                     FindPath(JoinPath(options.path, kModelFile)));
    if (is_checkpoint) return VerifyCheckpoint(options.path, out);
  }
  ASSIGN_OR_RETURN(const RecordTarget target,
                   OpenRecordTarget(options.path, options.type));
  switch (options.command) {
    case RecordsCommand::kCat:
      return Cat(options, target, options.limit, out);
    case RecordsCommand::kHead:
      return Cat(options, target,
                 options.limit == 0 ? kHeadRecords : options.limit, out);
    case RecordsCommand::kStat:
      return Stat(target, out);
    case RecordsCommand::kIndex:
      return IndexRecords(target, out);
    default:
      return Verify(target, out);
  }
}

}  // namespace maskfill
