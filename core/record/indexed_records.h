// Random access to all records of a set.
#ifndef MASKFILL_CORE_RECORD_INDEXED_RECORDS_H_
#define MASKFILL_CORE_RECORD_INDEXED_RECORDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/record/record_parsing.h"
#include "core/record/record_set.h"

namespace maskfill {

// Reads any record by its position, counted over the shards in order. With
// Permutation (core/base/counter_rng.h) a shuffled reader whose order is a
// pure function of (seed, epoch):
//
//   ASSIGN_OR_RETURN(auto records, IndexedRecords::Open(set));
//   Permutation order(seed, "train", epoch, records->size());
//   RETURN_IF_ERROR(records->Read(order.At(step), &record));
//
// Holds 8 bytes per record. Every read checks both checksums. Thread-safe.
class IndexedRecords {
 public:
  // Reads the shards' .idx files and holds them against the manifest:
  // DataLoss when one does not fit, NotFound when one is missing.
  static absl::StatusOr<std::unique_ptr<IndexedRecords>> Open(
      const RecordSet& set);
  ~IndexedRecords();
  IndexedRecords(const IndexedRecords&) = delete;
  IndexedRecords& operator=(const IndexedRecords&) = delete;

  int64_t size() const { return shard_begin_.back(); }
  int64_t num_shards() const {
    return static_cast<int64_t>(shard_begin_.size()) - 1;
  }
  // Position of the shard's first record; `shard` == num_shards(): size().
  int64_t ShardBegin(int64_t shard) const { return shard_begin_[shard]; }

  // 0 <= position < size(), else OutOfRange.
  absl::Status Read(int64_t position, std::string* payload) const;

  // As above, parsed; errors as of RecordReader::Next.
  template <RecordMessage Record>
  absl::Status Read(int64_t position, Record* record) const {
    std::string payload;
    absl::Status status = Read(position, &payload);
    if (!status.ok()) return status;
    return ParseRecord(payload, Where(position), record);
  }

  // The first `size` bytes of the payload, or all of a shorter one, for what
  // stands before a long field. No checksum covers them, but that of the
  // length.
  absl::Status ReadHead(int64_t position, int64_t size,
                        std::string* head) const;

  // The payload's bytes from `offset` on, as many as `part` takes; OutOfRange
  // when it has fewer. No checksum covers them.
  absl::Status ReadPart(int64_t position, int64_t offset,
                        absl::Span<char> part) const;

 private:
  struct Shard;
  class ShardFile;
  IndexedRecords();
  int64_t ShardOf(int64_t position) const;
  std::string Where(int64_t position) const;
  absl::Status CheckPosition(int64_t position) const;
  int64_t PayloadBytes(int64_t position) const;
  // The record's first `payload_bytes` bytes, and its footer where that is not
  // null: only then `payload_bytes` is all.
  absl::Status ReadBytes(int64_t position, int64_t payload_bytes, char* payload,
                         char* footer) const;

  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<int64_t> shard_begin_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_INDEXED_RECORDS_H_
