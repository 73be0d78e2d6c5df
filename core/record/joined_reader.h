// Reading shard i of two sets in lockstep.
#ifndef MASKFILL_CORE_RECORD_JOINED_READER_H_
#define MASKFILL_CORE_RECORD_JOINED_READER_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/status_macros.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"

namespace maskfill {

// What JoinedReader does that does not depend on the messages.
// FailedPrecondition unless both sets have the same number of shards, and
// this shard the same number of records in both.
absl::Status CheckJoinable(const RecordSet& a, const RecordSet& b,
                           int64_t shard);
// FailedPrecondition naming both files, the record and both ids.
absl::Status IdMismatch(const RecordReader& a, absl::string_view id_a,
                        const RecordReader& b, absl::string_view id_b);
// What a pair of ends says: OK, OutOfRange when both are over, else the error.
absl::Status JoinStatus(const RecordReader& a, const absl::Status& status_a,
                        const RecordReader& b, const absl::Status& status_b);

// Gives the records of one shard of two sets pairwise; both messages have an
// `id`, and the ids must be equal record by record.
//
//   ASSIGN_OR_RETURN(auto reader,
//                    (JoinedReader<v1::ImageRecord, v1::CamRecord>::Open(
//                        images, cams, shard)));
//   absl::Status status = reader->Next(&image, &cam);
//
// Thread-compatible.
template <RecordMessage A, RecordMessage B>
class JoinedReader {
 public:
  static absl::StatusOr<std::unique_ptr<JoinedReader>> Open(const RecordSet& a,
                                                            const RecordSet& b,
                                                            int64_t shard) {
    RETURN_IF_ERROR(CheckJoinable(a, b, shard));
    ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader_a,
                     a.OpenShard(shard));
    ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader_b,
                     b.OpenShard(shard));
    return std::unique_ptr<JoinedReader>(
        new JoinedReader(std::move(reader_a), std::move(reader_b)));
  }

  // OutOfRange at the end of both; FailedPrecondition at the first mismatch.
  absl::Status Next(A* a, B* b) {
    const absl::Status status_a = a_->Next(a);
    const absl::Status status_b = b_->Next(b);
    RETURN_IF_ERROR(JoinStatus(*a_, status_a, *b_, status_b));
    if (a->id() != b->id()) return IdMismatch(*a_, a->id(), *b_, b->id());
    return absl::OkStatus();
  }

 private:
  JoinedReader(std::unique_ptr<RecordReader> a, std::unique_ptr<RecordReader> b)
      : a_(std::move(a)), b_(std::move(b)) {}

  std::unique_ptr<RecordReader> a_;
  std::unique_ptr<RecordReader> b_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_JOINED_READER_H_
