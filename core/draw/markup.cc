#include "core/draw/markup.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/image/encode_png.h"

namespace maskfill {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

void AppendEscaped(char c, std::string* out) {
  switch (c) {
    case '&':
      out->append("&amp;");
      return;
    case '<':
      out->append("&lt;");
      return;
    case '>':
      out->append("&gt;");
      return;
    case '"':
      out->append("&quot;");
      return;
    case '\'':
      out->append("&#39;");
      return;
    default:
      break;
  }
  const unsigned char byte = static_cast<unsigned char>(c);
  const bool is_control =
      (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
  if (is_control) {
    out->append(kReplacement.data(), kReplacement.size());
  } else {
    out->push_back(c);
  }
}

}  // namespace

std::string EscapeMarkup(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t bad = FindInvalidUtf8(text);
    for (const char c : text.substr(0, bad)) AppendEscaped(c, &out);
    if (bad == absl::string_view::npos) break;
    out.append(kReplacement.data(), kReplacement.size());
    text.remove_prefix(bad + 1);
  }
  return out;
}

absl::StatusOr<std::string> InlineImage(const Image& image,
                                        absl::string_view alt) {
  ASSIGN_OR_RETURN(const std::string png, EncodePng(image));
  return absl::StrCat("<img width=\"", image.width, "\" height=\"",
                      image.height, "\" alt=\"", EscapeMarkup(alt),
                      "\" src=\"data:image/png;base64,",
                      absl::Base64Escape(png), "\">");
}

}  // namespace maskfill
