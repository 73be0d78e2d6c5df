#include "core/base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace maskfill {
namespace {

// ISA-L takes an int for the length.
constexpr size_t kPieceBytes = size_t{1} << 30;
constexpr uint32_t kMaskDelta = 0xa282ead8u;

}  // namespace

uint32_t Crc32c(absl::string_view bytes, uint32_t init) {
  // ISA-L leaves the inversion before and after to its caller, and takes a
  // pointer to non-const that it only reads.
  uint32_t state = ~init;
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), kPieceBytes);
    state = crc32_iscsi(
        reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
        static_cast<int>(n), state);
    bytes.remove_prefix(n);
  }
  return ~state;
}

uint32_t MaskCrc32c(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + kMaskDelta;
}

uint32_t MaskedCrc32c(absl::string_view bytes) {
  return MaskCrc32c(Crc32c(bytes));
}

}  // namespace maskfill
