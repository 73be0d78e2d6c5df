#include "core/text/html_unescape.h"

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "core/base/utf8.h"
#include "core/text/html_entities.h"
#include "core/text/windows_1252.h"

namespace maskfill {
namespace {

using EntityMap = absl::flat_hash_map<absl::string_view, std::string>;

// Name (with its semicolon where it has one) -> characters in UTF-8.
const EntityMap& Entities() {
  static const EntityMap* entities = [] {
    auto* map = new EntityMap;
    for (absl::string_view line : absl::StrSplit(HtmlEntities(), '\n')) {
      if (line.empty()) continue;
      const std::vector<absl::string_view> parts = absl::StrSplit(line, '\t');
      std::string characters;
      for (absl::string_view hex : absl::StrSplit(parts[1], ' ')) {
        uint32_t code_point = 0;
        for (char digit : hex) {
          code_point =
              code_point * 16 + (digit <= '9' ? digit - '0' : digit - 'A' + 10);
        }
        AppendUtf8(code_point, &characters);
      }
      map->emplace(parts[0], std::move(characters));
    }
    return map;
  }();
  return *entities;
}

bool IsDropped(uint32_t code) {
  if (code < 0x20) {
    return code != '\t' && code != '\n' && code != '\f' && code != '\r';
  }
  if (code == 0x7F || (code >= 0xFDD0 && code <= 0xFDEF)) return true;
  return (code & 0xFFFE) == 0xFFFE;  // U+xxFFFE and U+xxFFFF
}

void AppendNumbered(uint32_t code, std::string* out) {
  if (code == 0) {
    AppendUtf8(0xFFFD, out);
  } else if (code >= 0x80 && code <= 0x9F) {
    AppendUtf8(FromWindows1252(static_cast<uint8_t>(code)), out);
  } else if ((code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
    AppendUtf8(0xFFFD, out);
  } else if (!IsDropped(code)) {
    AppendUtf8(code, out);
  }
}

// `rest` follows "&#". Bytes used, 0 when it is no reference.
size_t UnescapeNumber(absl::string_view rest, std::string* out) {
  size_t i = 0;
  const bool hex = !rest.empty() && (rest[0] == 'x' || rest[0] == 'X');
  if (hex) ++i;
  const size_t digits = i;
  uint32_t code = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (!(hex ? absl::ascii_isxdigit(c) : absl::ascii_isdigit(c))) break;
    const uint32_t digit =
        c <= '9' ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    // Beyond Unicode stays beyond Unicode.
    if (code <= 0x10FFFF) code = code * (hex ? 16 : 10) + digit;
  }
  if (i == digits) return 0;
  if (i < rest.size() && rest[i] == ';') ++i;
  AppendNumbered(code, out);
  return i;
}

// `rest` follows "&". Bytes used, 0 when it is no reference. The candidate is
// [^\t\n\f <&#;]{1,32};? in code points.
size_t UnescapeName(absl::string_view rest, std::string* out) {
  size_t end = 0;
  for (int n = 0; n < 32 && end < rest.size(); ++n) {
    if (absl::string_view("\t\n\f <&#;").find(rest[end]) !=
        absl::string_view::npos) {
      break;
    }
    end += Utf8Length(rest[end]);
  }
  if (end == 0) return 0;
  if (end < rest.size() && rest[end] == ';') ++end;
  const EntityMap& entities = Entities();
  // The whole candidate, then its prefixes of two characters or more.
  for (size_t size = end; size >= 2 || size == end; --size) {
    const auto found = entities.find(rest.substr(0, size));
    if (found != entities.end()) {
      *out += found->second;
      return size;
    }
    if (size == 1) break;
  }
  return 0;
}

}  // namespace

std::string HtmlUnescape(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '&') {
      const absl::string_view rest = text.substr(i + 1);
      size_t used = 0;
      if (!rest.empty() && rest[0] == '#') {
        used = UnescapeNumber(rest.substr(1), &out);
        if (used > 0) ++used;
      } else {
        used = UnescapeName(rest, &out);
      }
      if (used > 0) {
        i += 1 + used;
        continue;
      }
    }
    out.push_back(text[i++]);
  }
  return out;
}

}  // namespace maskfill
