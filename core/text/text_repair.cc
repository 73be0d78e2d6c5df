#include "core/text/text_repair.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/base/utf8.h"
#include "core/text/html_unescape.h"
#include "core/text/windows_1252.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

icu::UnicodeString ToIcu(absl::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string FromIcu(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

std::string Normalised(const icu::Normalizer2* (*form)(UErrorCode&),
                       absl::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString normalised =
      form(error)->normalize(ToIcu(text), error);
  CHECK(U_SUCCESS(error)) << u_errorName(error);
  return FromIcu(normalised);
}

// What one whole reference "&name;" or "&#number;" stands for; itself where it
// is none. "&EACUTE;" is one as well, though HTML has "&eacute;" only.
std::string UnescapeReference(absl::string_view reference) {
  const auto unescape = [](absl::string_view text) {
    std::string out = HtmlUnescape(text);
    // A semicolon that is left (of "&semi;" it is the meaning): only a part of
    // the name was one.
    return out != ";" && absl::StrContains(out, ';') ? std::string(text) : out;
  };
  const std::string lower = absl::AsciiStrToLower(reference);
  if (HtmlUnescape(reference) == reference &&
      absl::AsciiStrToUpper(reference) == reference && lower != reference) {
    const std::string meant = unescape(lower);
    if (meant == lower) return std::string(reference);
    return FromIcu(ToIcu(meant).toUpper(icu::Locale::getRoot()));
  }
  return unescape(reference);
}

// Every match of &#?[0-9A-Za-z]{1,24}; unescaped.
std::string UnescapeReferences(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text[i] == '&') {
      if (end < text.size() && text[end] == '#') ++end;
      const size_t name = end;
      while (end < text.size() && end - name < 24 &&
             absl::ascii_isalnum(text[end])) {
        ++end;
      }
      if (end > name && end < text.size() && text[end] == ';') {
        out += UnescapeReference(text.substr(i, end + 1 - i));
        i = end + 1;
        continue;
      }
    }
    out.push_back(text[i++]);
  }
  return out;
}

struct Ligature {
  uint32_t code_point;
  absl::string_view letters;
};
constexpr Ligature kLigatures[] = {
    {0x0132, "IJ"},      {0x0133, "ij"},      {0x0149, "'n"},
    {0x01C4, "D\u017D"}, {0x01C5, "D\u017E"}, {0x01C6, "d\u017E"},
    {0x01C7, "LJ"},      {0x01C8, "Lj"},      {0x01C9, "lj"},
    {0x01CA, "NJ"},      {0x01CB, "Nj"},      {0x01CC, "nj"},
    {0x01F1, "DZ"},      {0x01F2, "Dz"},      {0x01F3, "dz"},
    {0xFB00, "ff"},      {0xFB01, "fi"},      {0xFB02, "fl"},
    {0xFB03, "ffi"},     {0xFB04, "ffl"},     {0xFB05, "\u017Ft"},
    {0xFB06, "st"}};

bool IsDropped(uint32_t c) {
  return c <= 0x08 || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F ||
         (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFC);
}

// `c` as the steps from C1 controls to control characters leave it; `self` is
// its UTF-8.
void AppendReplacement(uint32_t c, absl::string_view self, std::string* out) {
  if (c < 0x80) {
    if (!IsDropped(c)) out->push_back(static_cast<char>(c));
    return;
  }
  if (c <= 0x9F) c = FromWindows1252(static_cast<uint8_t>(c));
  for (const Ligature& ligature : kLigatures) {
    if (ligature.code_point != c) continue;
    out->append(ligature.letters.data(), ligature.letters.size());
    return;
  }
  if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B)) {
    out->push_back('\'');
  } else if (c >= 0x201C && c <= 0x201F) {
    out->push_back('"');
  } else if (c == 0x3000) {
    out->push_back(' ');
  } else if (c >= 0xFF01 && c <= 0xFFEF) {
    *out += Normalised(&icu::Normalizer2::getNFKCInstance, self);
  } else if (!IsDropped(c)) {
    AppendUtf8(c, out);
  }
}

// Bytes of the terminal escape ESC [ digits and semicolons, letter at text[i].
size_t TerminalEscape(absl::string_view text, size_t i) {
  if (text.substr(i, 2) != "\x1b[") return 0;
  size_t end = i + 2;
  while (end < text.size() &&
         (absl::ascii_isdigit(text[end]) || text[end] == ';')) {
    ++end;
  }
  return end < text.size() && absl::ascii_isalpha(text[end]) ? end + 1 - i : 0;
}

std::string RepairOnce(const std::string& text, bool has_markup) {
  const std::string unescaped = has_markup ? text : UnescapeReferences(text);
  std::string replaced;
  for (size_t i = 0; i < unescaped.size();) {
    if (const size_t escape = TerminalEscape(unescaped, i); escape > 0) {
      i += escape;
      continue;
    }
    const size_t begin = i;
    const uint32_t c = NextCodePoint(unescaped, &i);
    AppendReplacement(c, absl::string_view(unescaped).substr(begin, i - begin),
                      &replaced);
  }
  return Normalised(&icu::Normalizer2::getNFCInstance, replaced);
}

}  // namespace

std::string RepairText(absl::string_view text) {
  // Decided before the first round: "&lt;" may bring another "<".
  const bool has_markup = absl::StrContains(text, '<');
  std::string repaired(text);
  while (true) {
    std::string next = RepairOnce(repaired, has_markup);
    if (next == repaired) return repaired;
    repaired = std::move(next);
  }
}

bool LooksMisencoded(absl::string_view text) {
  std::string bytes;
  bool encodable = true;
  bool multibyte = false;
  for (size_t i = 0; i < text.size();) {
    const uint32_t c = NextCodePoint(text, &i);
    if (c == 0xFFFD) return true;
    const std::optional<uint8_t> byte = ToWindows1252(c);
    if (byte.has_value()) {
      bytes.push_back(static_cast<char>(*byte));
      multibyte = multibyte || *byte >= 0x80;
    } else {
      encodable = false;
    }
  }
  return encodable && multibyte &&
         FindInvalidUtf8(bytes) == absl::string_view::npos;
}

}  // namespace maskfill
