// Reading shard i of two sets in lockstep.
#ifndef MASKFILL_CORE_RECORD_JOINED_READER_H_
#define MASKFILL_CORE_RECORD_JOINED_READER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"

namespace maskfill {

//   RETURN_IF_ERROR(CheckJoinable(images, cams, shard));
//   ... open both ...
//   RETURN_IF_ERROR(JoinStatus(*a, a->Next(&image), *b, b->Next(&cam)));
//   if (image.id() != cam.id()) return IdMismatch(*a, image.id(), *b,
//   cam.id());

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

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_JOINED_READER_H_
