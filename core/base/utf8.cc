#include "core/base/utf8.h"

#include "absl/strings/str_cat.h"

namespace maskfill {

void AppendUtf8(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (c >> 6)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (c >> 12)));
    out->push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (c >> 18)));
    out->push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

uint32_t NextCodePoint(absl::string_view text, size_t* i) {
  const uint8_t lead = static_cast<uint8_t>(text[*i]);
  const size_t length = Utf8Length(text[*i]);
  uint32_t c = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (size_t k = 1; k < length; ++k) {
    c = (c << 6) | (static_cast<uint8_t>(text[*i + k]) & 0x3F);
  }
  *i += length;
  return c;
}

size_t FindInvalidUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    const uint8_t lead = static_cast<uint8_t>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = Utf8Length(text[i]);
    if (lead < 0xC2 || lead > 0xF4 || length > text.size() - i) return begin;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<uint8_t>(text[i + k]) & 0xC0) != 0x80) return begin;
    }
    const uint32_t c = NextCodePoint(text, &i);
    const uint32_t smallest = length == 2   ? 0x80
                              : length == 3 ? 0x800
                                            : 0x10000;
    if (c < smallest || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
      return begin;
    }
  }
  return absl::string_view::npos;
}

std::string Abbreviated(absl::string_view text) {
  constexpr size_t kBytes = 80;
  if (text.size() <= kBytes) return std::string(text);
  size_t end = kBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), "...");
}

}  // namespace maskfill
