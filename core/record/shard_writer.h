// Writing one shard.
#ifndef MASKFILL_CORE_RECORD_SHARD_WRITER_H_
#define MASKFILL_CORE_RECORD_SHARD_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/atomic_file.h"
#include "google/protobuf/message_lite.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Writes a TFRecord file and its index `<path>.idx`; both appear under their
// names only in Close(), the index first. Without Close() nothing is left.
//
//   ASSIGN_OR_RETURN(auto writer, ShardWriter::Create(path));
//   RETURN_IF_ERROR(writer->Append(record));
//   ASSIGN_OR_RETURN(v1::ShardEntry entry, writer->Close());
//
// Not thread-safe.
class ShardWriter {
 public:
  static absl::StatusOr<std::unique_ptr<ShardWriter>> Create(
      const std::string& path);

  // InvalidArgument when the payload is longer than kDefaultMaxRecordBytes,
  // which a reader would refuse.
  absl::Status Append(absl::string_view payload);
  // Deterministic serialisation: equal messages give equal bytes.
  absl::Status Append(const google::protobuf::MessageLite& message);

  int64_t records() const { return records_; }

  // Syncs and publishes. The entry has name, records, bytes and crc32c. Call
  // once, last.
  absl::StatusOr<v1::ShardEntry> Close();

 private:
  ShardWriter(std::string path, std::unique_ptr<AtomicFile> shard,
              std::unique_ptr<AtomicFile> index);

  const std::string path_;
  std::unique_ptr<AtomicFile> shard_;
  std::unique_ptr<AtomicFile> index_;
  int64_t records_ = 0;
  uint32_t crc_ = 0;        // of the whole file so far
  std::string serialised_;  // reused between messages
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_SHARD_WRITER_H_
