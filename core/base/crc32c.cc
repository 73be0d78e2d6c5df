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

// Polynomials modulo CRC-32C's have the coefficient of x^0 in their highest
// bit.
constexpr uint32_t kPolynomial = 0x82f63b78u;
constexpr uint32_t kOne = 1u << 31;
constexpr uint32_t kByte = 1u << 23;  // x^8

uint32_t Multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = kOne; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b >> 1) ^ ((b & 1) != 0 ? kPolynomial : 0);
  }
  return product;
}

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

uint32_t Crc32cOfBoth(uint32_t first, uint32_t second, uint64_t second_bytes) {
  // Each byte that follows multiplies what is before it by x^8.
  uint32_t shift = kOne;
  for (uint32_t square = kByte; second_bytes > 0; second_bytes >>= 1) {
    if ((second_bytes & 1) != 0) shift = Multiply(shift, square);
    square = Multiply(square, square);
  }
  return Multiply(shift, first) ^ second;
}

uint32_t MaskCrc32c(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + kMaskDelta;
}

uint32_t MaskedCrc32c(absl::string_view bytes) {
  return MaskCrc32c(Crc32c(bytes));
}

}  // namespace maskfill
