#include "core/text/windows_1252.h"

#include <algorithm>
#include <iterator>

namespace maskfill {
namespace {

// Of the bytes 0x80 to 0x9F.
constexpr uint32_t kSpecial[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

}  // namespace

uint32_t FromWindows1252(uint8_t byte) {
  return byte >= 0x80 && byte <= 0x9F ? kSpecial[byte - 0x80] : byte;
}

std::optional<uint8_t> ToWindows1252(uint32_t code_point) {
  if (code_point <= 0xFF) return static_cast<uint8_t>(code_point);
  const auto* found =
      std::find(std::begin(kSpecial), std::end(kSpecial), code_point);
  if (found == std::end(kSpecial)) return std::nullopt;
  return static_cast<uint8_t>(0x80 + (found - std::begin(kSpecial)));
}

}  // namespace maskfill
