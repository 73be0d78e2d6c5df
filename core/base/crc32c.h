// CRC-32C (Castagnoli), the checksum of TFRecord files.
#ifndef MASKFILL_CORE_BASE_CRC32C_H_
#define MASKFILL_CORE_BASE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace maskfill {

// CRC-32C of `bytes`; with `init`, of what `init` is the CRC-32C of, followed
// by `bytes`. Crc32c("123456789") == 0xe3069283.
uint32_t Crc32c(absl::string_view bytes, uint32_t init = 0);

// CRC-32C of bytes with CRC-32C `first`, followed by `second_bytes` bytes with
// CRC-32C `second`. Since sums of checksums are carry-less, it also takes such
// a beginning away again:
//   Crc32cOfBoth(first, Crc32cOfBoth(first, second, n), n) == second.
uint32_t Crc32cOfBoth(uint32_t first, uint32_t second, uint64_t second_bytes);

// The checksum as TFRecord stores it: rotated and offset, so that a checksum
// of data that holds checksums stays strong.
uint32_t MaskCrc32c(uint32_t crc);
uint32_t MaskedCrc32c(absl::string_view bytes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_CRC32C_H_
