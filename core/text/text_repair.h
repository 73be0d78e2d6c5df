// What ftfy's fix_text does to a text, as far as it guesses nothing.
#ifndef MASKFILL_CORE_TEXT_TEXT_REPAIR_H_
#define MASKFILL_CORE_TEXT_TEXT_REPAIR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace maskfill {

// Until nothing changes any more, in this order: HTML references that end in a
// semicolon (unless `text` has a "<"), C1 controls as Windows-1252, Latin
// ligatures into their letters, full-width and half-width forms into the usual
// ones, typographic quotes into ' and ", without terminal escapes and control
// characters, NFC. As ftfy 6's fix_text with its defaults, which CLIP calls,
// but for its fix_encoding: what was decoded wrongly stays as it is (see
// LooksMisencoded). `text` is valid UTF-8 of one line.
std::string RepairText(absl::string_view text);

// Whether `text` (valid UTF-8) was probably decoded wrongly: its Windows-1252
// bytes are UTF-8 that is not ASCII ("cafÃ©" for "café"), or it holds the
// replacement character U+FFFD. ftfy would guess what was meant.
bool LooksMisencoded(absl::string_view text);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_TEXT_REPAIR_H_
