#include "core/text/text_cleaning.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/utf8.h"
#include "core/text/html_unescape.h"
#include "core/text/text_repair.h"

namespace maskfill {
namespace {

// The property White_Space.
bool IsSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// What Python's str.strip() takes away: four separators more.
bool IsStripped(uint32_t c) { return IsSpace(c) || (c >= 0x1C && c <= 0x1F); }

absl::string_view Strip(absl::string_view text) {
  size_t begin = text.size();
  size_t end = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    if (!IsStripped(NextCodePoint(text, &i))) {
      if (start < begin) begin = start;
      end = i;
    }
  }
  return begin < end ? text.substr(begin, end - begin) : absl::string_view();
}

std::string CollapseSpaces(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_space = false;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const bool space = IsSpace(NextCodePoint(text, &i));
    if (!space) {
      out.append(text.data() + start, i - start);
    } else if (!in_space) {
      out.push_back(' ');
    }
    in_space = space;
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> CleanText(absl::string_view text) {
  if (const size_t bad = FindInvalidUtf8(text);
      bad != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "text \"", absl::CHexEscape(Abbreviated(text)),
        "\" is not UTF-8 at byte ", bad, "; expected UTF-8: convert it"));
  }
  const std::string unescaped = HtmlUnescape(HtmlUnescape(RepairText(text)));
  const std::string collapsed = CollapseSpaces(Strip(unescaped));
  const absl::string_view stripped = Strip(collapsed);
  icu::UnicodeString lower = icu::UnicodeString::fromUTF8(
      icu::StringPiece(stripped.data(), static_cast<int32_t>(stripped.size())));
  lower.toLower(icu::Locale::getRoot());
  std::string result;
  lower.toUTF8String(result);
  return result;
}

}  // namespace maskfill
