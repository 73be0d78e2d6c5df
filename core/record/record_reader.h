// Reading one shard from its beginning to its end, strictly.
#ifndef MASKFILL_CORE_RECORD_RECORD_READER_H_
#define MASKFILL_CORE_RECORD_RECORD_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record/record_framing.h"
#include "core/record/record_parsing.h"
#include "google/protobuf/message_lite.h"
#include "proto/manifest.pb.h"

namespace maskfill {

struct RecordReaderOptions {
  // A longer record is DataLoss; at most kMaxPayloadBytes.
  int64_t max_record_bytes = kDefaultMaxRecordBytes;
  // What the manifest says of the file. Given, the end of the file is only
  // accepted when records, bytes and checksum are these: without it a cut at
  // a record's boundary cannot be seen.
  std::optional<v1::ShardEntry> expected = std::nullopt;
};

// Reads every record of a TFRecord file, checking every checksum.
//
//   ASSIGN_OR_RETURN(auto reader, RecordReader::Open(path));
//   v1::ImageRecord record;
//   while (true) {
//     absl::Status status = reader->Next(&record);
//     if (absl::IsOutOfRange(status)) break;
//     RETURN_IF_ERROR(status);
//     ...
//   }
//
// After an error every further Next() returns it again. Thread-compatible:
// one thread at a time.
class RecordReader {
 public:
  static absl::StatusOr<std::unique_ptr<RecordReader>> Open(
      const std::string& path, RecordReaderOptions options = {});
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  // OutOfRange at the end; DataLoss, naming file, record number and byte
  // offset, when anything is damaged.
  absl::Status Next(std::string* payload);

  // As above, parsed; DataLoss when the payload is no such message,
  // FailedPrecondition when its schema_version is not ours.
  template <RecordMessage Record>
  absl::Status Next(Record* record) {
    absl::Status status = Next(&payload_);
    if (!status.ok()) return status;
    return ParseRecord(payload_, Where(), record);
  }

  const std::string& path() const { return path_; }
  // Number and byte offset of the record that Next() gave last.
  int64_t record() const { return next_record_ - 1; }
  int64_t offset() const { return record_offset_; }

 private:
  RecordReader(std::string path, int fd, int64_t file_bytes,
               RecordReaderOptions options);
  absl::Status ReadNext(std::string* payload);
  absl::Status CheckEnd() const;
  // Fills `out` with the next bytes of the file; fewer only at its end.
  absl::StatusOr<int64_t> Read(int64_t size, char* out);
  // "FILE: record 3 at byte 1234".
  std::string Where() const;

  const std::string path_;
  const int fd_;
  const int64_t file_bytes_;
  const RecordReaderOptions options_;
  std::string buffer_;  // bytes read ahead, from buffer_begin_ on
  size_t buffer_begin_ = 0;
  size_t buffer_end_ = 0;
  int64_t position_ = 0;  // byte offset of the next byte given out
  int64_t record_offset_ = 0;
  int64_t next_record_ = 0;
  uint32_t crc_ = 0;     // of all bytes so far
  absl::Status status_;  // sticky
  std::string payload_;  // reused between messages
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORD_READER_H_
