// UTF-8, one code point at a time.
#ifndef MASKFILL_CORE_BASE_UTF8_H_
#define MASKFILL_CORE_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace maskfill {

// Bytes of the character whose first byte is `lead`; 1 for a stray byte.
inline size_t Utf8Length(char lead) {
  const uint8_t byte = static_cast<uint8_t>(lead);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  if (byte >= 0xC0) return 2;
  return 1;
}

// `code_point` is at most U+10FFFF and no surrogate.
void AppendUtf8(uint32_t code_point, std::string* out);

// The code point at text[*i], and *i after it. `text` is valid UTF-8.
uint32_t NextCodePoint(absl::string_view text, size_t* i);

// Offset of the first byte that is no well-formed UTF-8 (RFC 3629: no
// overlong forms, no surrogates), or npos.
size_t FindInvalidUtf8(absl::string_view text);

// For messages: the first 80 bytes or less, whole characters, and "..." when
// that is not all. `text` need not be valid.
std::string Abbreviated(absl::string_view text);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_UTF8_H_
