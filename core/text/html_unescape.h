// HTML character references back to characters, as Python's html.unescape.
#ifndef MASKFILL_CORE_TEXT_HTML_UNESCAPE_H_
#define MASKFILL_CORE_TEXT_HTML_UNESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace maskfill {

// "&lt;b&gt; &#233; &notit;" -> "<b> \u00e9 \u00acit;". All 2231 names of
// HTML 5, with and without semicolon, longest prefix first; numbers as the
// standard maps them (Windows-1252 for 128..159, U+FFFD for surrogates and
// beyond U+10FFFF, nothing for noncharacters and controls). One pass:
// "&amp;lt;" becomes "&lt;". `text` is valid UTF-8.
std::string HtmlUnescape(absl::string_view text);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_HTML_UNESCAPE_H_
