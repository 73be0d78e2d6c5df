#include "core/record/shard_writer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/record_framing.h"
#include "core/record/shard_name.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace maskfill {

ShardWriter::ShardWriter(std::string path, std::unique_ptr<AtomicFile> shard,
                         std::unique_ptr<AtomicFile> index)
    : path_(std::move(path)),
      shard_(std::move(shard)),
      index_(std::move(index)) {}

absl::StatusOr<std::unique_ptr<ShardWriter>> ShardWriter::Create(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> shard, AtomicFile::Create(path));
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> index,
                   AtomicFile::Create(IndexName(path)));
  return std::unique_ptr<ShardWriter>(
      new ShardWriter(path, std::move(shard), std::move(index)));
}

absl::Status ShardWriter::Append(absl::string_view payload) {
  if (static_cast<int64_t>(payload.size()) > kDefaultMaxRecordBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": record ", records_, " has ", payload.size(),
                     " bytes, the limit is ", kDefaultMaxRecordBytes));
  }
  const int64_t offset = shard_->size();
  const std::string header = RecordHeader(payload);
  const std::string footer = RecordFooter(payload);
  for (const absl::string_view part :
       {absl::string_view(header), payload, absl::string_view(footer)}) {
    RETURN_IF_ERROR(shard_->Append(part));
    crc_ = Crc32c(part, crc_);
  }
  ++records_;
  return index_->Append(
      absl::StrCat(offset, " ", shard_->size() - offset, "\n"));
}

absl::Status ShardWriter::Append(const google::protobuf::MessageLite& message) {
  serialised_.clear();
  if (message.ByteSizeLong() > static_cast<size_t>(kMaxPayloadBytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        path_, ": record ", records_, " has ", message.ByteSizeLong(),
        " bytes, the limit is ", kDefaultMaxRecordBytes));
  }
  {
    google::protobuf::io::StringOutputStream stream(&serialised_);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    if (!message.SerializeToCodedStream(&coded)) {
      return absl::InternalError(
          absl::StrCat(path_, ": cannot serialise record ", records_));
    }
  }
  return Append(absl::string_view(serialised_));
}

absl::StatusOr<v1::ShardEntry> ShardWriter::Close() {
  v1::ShardEntry entry;
  entry.set_name(Basename(path_));
  entry.set_records(records_);
  entry.set_bytes(shard_->size());
  entry.set_crc32c(absl::StrFormat("%08x", crc_));
  // A shard never stands without its index.
  RETURN_IF_ERROR(index_->Commit());
  RETURN_IF_ERROR(shard_->Commit());
  return entry;
}

}  // namespace maskfill
