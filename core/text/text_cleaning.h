// What CLIP does to a text before it looks at its words.
#ifndef MASKFILL_CORE_TEXT_TEXT_CLEANING_H_
#define MASKFILL_CORE_TEXT_TEXT_CLEANING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Repaired (RepairText), HTML-unescaped twice, trimmed, runs of Unicode white
// space as one space, lower case (root locale): basic_clean, whitespace_clean
// and lower() of OpenAI's simple_tokenizer.py. Only what ftfy guesses there is
// left out: text that was decoded wrongly is taken to be meant.
// InvalidArgument when `text` is not UTF-8.
absl::StatusOr<std::string> CleanText(absl::string_view text);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_TEXT_CLEANING_H_
