// The index next to a shard: "<offset> <size>\n" per record, size with
// framing, as DALI's and vahidk's tfrecord2idx write it.
#ifndef MASKFILL_CORE_RECORD_RECORD_INDEX_H_
#define MASKFILL_CORE_RECORD_RECORD_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace maskfill {

// Where each record begins, and as one more number where the last one ends.
// DataLoss unless the records follow each other without gaps, are `records`
// in number and end at `bytes`. NotFound when there is no such file.
absl::StatusOr<std::vector<int64_t>> ReadRecordIndex(const std::string& path,
                                                     int64_t records,
                                                     int64_t bytes);

// The text of such a file, from what ReadRecordIndex returns.
std::string FormatRecordIndex(absl::Span<const int64_t> offsets);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORD_INDEX_H_
