#include "core/text/text_checks.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/utf8.h"
#include "core/text/text_repair.h"
#include "re2/re2.h"

namespace maskfill {
namespace {

constexpr size_t kMaxTextBytes = 1000;

constexpr int kLine = static_cast<int>(TextKind::kLine);
constexpr int kListed = static_cast<int>(TextKind::kListed);
constexpr int kAll = kLine | kListed | static_cast<int>(TextKind::kPrompt);

struct Mistake {
  int kinds;  // of TextKind
  const char* pattern;
  const char* what;
};
constexpr Mistake kMistakes[] = {
    {kAll, R"([\x00-\x08\x0b\x0c\x0e-\x1f\x7f])",
     "has a control character; if the file is UTF-16, convert it to UTF-8"},
    {kLine | kListed, R"([\t\n\r])",
     "has a tab or line break inside, expected one text without columns"},
    {kAll, R"(<\|(start|end)oftext\|>)",
     "has a mark of CLIP's tokenizer, expected words"},
    {kLine, R"(^[\[{]\s*(["'\[{]|$))",
     "begins like JSON; expected one text a line, or the whole file as one "
     "JSON list of strings"},
    {kLine | kListed, R"(^lambda\b)",
     "is Python code; expected the text alone, such as: a photo of a {}."},
    {kLine, R"(^[fr]?(".*"|'.*'),?$)",
     "is quoted; expected one text a line without quotes, or the whole file "
     "as one JSON list of strings"},
    {kLine, R"(,$)",
     "ends with a comma; expected one text a line, or the whole file as one "
     "JSON list of strings"},
    {kLine, R"(^#)", "begins with #, but comments are not read; remove it"},
};

std::string Quoted(const TextEntry& entry) {
  return absl::StrCat(entry.where, ": \"",
                      absl::Utf8SafeCHexEscape(Abbreviated(entry.text)), "\" ");
}

struct Suspicion {
  bool (*matches)(const std::string& text);
  const char* what;
};
constexpr Suspicion kSuspicions[] = {
    {[](const std::string& text) { return LooksMisencoded(text); },
     "looks mis-encoded, like UTF-8 that was read as Windows-1252. It is taken "
     "as it stands; Python's CLIP would guess what was meant (ftfy), and its "
     "tokens differ"},
    {[](const std::string& text) {
       static const RE2* const invisible = new RE2(
           R"([\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}])");
       return RE2::PartialMatch(text, *invisible);
     },
     "has an invisible character, which becomes a token"},
    {[](const std::string& text) {
       return text.find('_') != std::string::npos;
     },
     "has an underscore, which becomes a token; prompts have spaces between "
     "words"},
};

}  // namespace

absl::Status CheckTexts(const std::vector<TextEntry>& entries, TextKind kind,
                        const std::string& name) {
  static const auto* const patterns = [] {
    auto* compiled = new std::vector<std::unique_ptr<RE2>>;
    for (const Mistake& mistake : kMistakes) {
      compiled->push_back(std::make_unique<RE2>(mistake.pattern));
    }
    return compiled;
  }();
  if (entries.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": has no entries, expected at least one"));
  }
  for (const TextEntry& entry : entries) {
    if (entry.text.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(entry.where, ": is empty; remove it"));
    }
    if (entry.text.size() > kMaxTextBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(entry), "is ", entry.text.size(),
                       " bytes long, expected at most ", kMaxTextBytes));
    }
    for (size_t i = 0; i < std::size(kMistakes); ++i) {
      if ((kMistakes[i].kinds & static_cast<int>(kind)) != 0 &&
          RE2::PartialMatch(entry.text, *(*patterns)[i])) {
        return absl::InvalidArgumentError(
            absl::StrCat(Quoted(entry), kMistakes[i].what));
      }
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> Suspicions(const std::vector<TextEntry>& entries) {
  std::vector<std::string> found;
  for (const Suspicion& suspicion : kSuspicions) {
    const TextEntry* first = nullptr;
    int64_t others = -1;
    for (const TextEntry& entry : entries) {
      if (!suspicion.matches(entry.text)) continue;
      if (first == nullptr) first = &entry;
      ++others;
    }
    if (first == nullptr) continue;
    found.push_back(absl::StrCat(
        Quoted(*first), suspicion.what,
        others > 0 ? absl::StrCat("; so it is with ", others, " more") : ""));
  }
  return found;
}

}  // namespace maskfill
