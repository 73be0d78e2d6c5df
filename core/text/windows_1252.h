// The single-byte encoding that Western text was most often read with.
#ifndef MASKFILL_CORE_TEXT_WINDOWS_1252_H_
#define MASKFILL_CORE_TEXT_WINDOWS_1252_H_

#include <cstdint>
#include <optional>

namespace maskfill {

// The code point of a byte. The five bytes that Windows-1252 leaves undefined
// are the control characters of Latin-1, as in browsers.
uint32_t FromWindows1252(uint8_t byte);

// The byte of a code point: the inverse, and for all control characters
// U+0080 to U+009F as in Latin-1. Nothing where there is none.
std::optional<uint8_t> ToWindows1252(uint32_t code_point);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_WINDOWS_1252_H_
