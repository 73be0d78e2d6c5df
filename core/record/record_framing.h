// The bytes around a payload in a TFRecord file:
//
//   uint64 length, uint32 masked CRC-32C of these 8 bytes,
//   the payload, uint32 masked CRC-32C of the payload; all little endian.
#ifndef MASKFILL_CORE_RECORD_RECORD_FRAMING_H_
#define MASKFILL_CORE_RECORD_RECORD_FRAMING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

inline constexpr int64_t kRecordHeaderBytes = 12;
inline constexpr int64_t kRecordFooterBytes = 4;
inline constexpr int64_t kRecordOverheadBytes =
    kRecordHeaderBytes + kRecordFooterBytes;
// No payload is longer: protobuf's own limit.
inline constexpr int64_t kMaxPayloadBytes = (int64_t{1} << 31) - 1;
inline constexpr int64_t kDefaultMaxRecordBytes = int64_t{256} << 20;

// The 12 bytes before and the 4 bytes after `payload`.
std::string RecordHeader(absl::string_view payload);
std::string RecordFooter(absl::string_view payload);

// Whether these 12 bytes have the checksum of a header; costs no message.
bool IsRecordHeader(absl::string_view header);

// The payload's length from 12 header bytes. DataLoss when their checksum is
// wrong or the length is above `max_record_bytes`: nothing has been allocated
// by then.
absl::StatusOr<int64_t> ParseRecordHeader(absl::string_view header,
                                          int64_t max_record_bytes);

// DataLoss unless the 4 footer bytes are the checksum of `payload`.
absl::Status CheckRecordFooter(absl::string_view payload,
                               absl::string_view footer);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORD_FRAMING_H_
