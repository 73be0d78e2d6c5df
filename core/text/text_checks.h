// What is no class name, template or prompt, though a file lists it as one.
#ifndef MASKFILL_CORE_TEXT_TEXT_CHECKS_H_
#define MASKFILL_CORE_TEXT_TEXT_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/text/text_lists.h"

namespace maskfill {

// How a text came, by which other things are mistakes.
enum class TextKind {
  kLine = 1,    // a line of a file
  kListed = 2,  // an entry of a JSON list
  kPrompt = 4,  // a class's own whole prompt, of JSON
};

// InvalidArgument naming file and line of the first text that cannot be meant:
// it is empty, longer than 1000 bytes, quoted, a comment, Python code or the
// like. `entries` must not be empty either; `name` is that of the file.
absl::Status CheckTexts(const std::vector<TextEntry>& entries, TextKind kind,
                        const std::string& name);

// What may not be meant, each once with the first such line: texts that look
// mis-encoded (where ftfy, in Python's CLIP, would guess), with invisible
// characters or underscores. For people, without a newline.
std::vector<std::string> Suspicions(const std::vector<TextEntry>& entries);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_TEXT_CHECKS_H_
