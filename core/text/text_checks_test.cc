#include "core/text/text_checks.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<TextEntry> Lines(const std::vector<std::string>& texts) {
  std::vector<TextEntry> entries;
  for (const std::string& text : texts) {
    entries.push_back({text, "x: line " + std::to_string(entries.size() + 1)});
  }
  return entries;
}

TEST(TextChecks, RefuseWhatCannotBeMeant) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "line 2: is empty"},
      {std::string("te\0nch", 6), "has a control character"},
      {"0\ttench", "has a tab or line break"},
      {"<|endoftext|>", "has a mark of CLIP's tokenizer"},
      {"[\"tench\"]", "begins like JSON"},
      {"{\"name\": \"tench\"}", "begins like JSON"},
      {"\"tench\"", "is quoted"},
      {"'a photo of a {}.',", "is quoted"},
      {"f'a photo of a {c}.'", "is quoted"},
      {"tench,", "ends with a comma"},
      {"# classes", "comments are not read"},
      {"lambda c: f'a {c}.',", "is Python code"},
      {std::string(1001, 'x'), "xxx...\" is 1001 bytes long"},
  };
  for (const auto& [text, what] : cases) {
    EXPECT_THAT(CheckTexts(Lines({"tench", text}), TextKind::kLine, "x"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("x: line 2: "), HasSubstr(what))))
        << text;
  }
  EXPECT_THAT(CheckTexts({}, TextKind::kLine, "names.txt"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names.txt: has no entries")));
}

TEST(TextChecks, TakeUnusualTexts) {
  EXPECT_OK(CheckTexts(
      Lines({"mother's helper", "'s-Hertogenbosch", "\"Rocket\" engine", "...",
             "\u9ca4\u9c7c", "tench, Tinca tinca", "C#", "{} on stripes", "{c}",
             std::string(1000, 'x')}),
      TextKind::kLine, "x"));
  EXPECT_OK(
      CheckTexts(Lines({"#1 fan", "\"quoted\""}), TextKind::kListed, "x"));
  EXPECT_OK(
      CheckTexts(Lines({"A fish.\n\nIt swims,"}), TextKind::kPrompt, "x"));
}

TEST(TextChecks, SuspectEachThingOnce) {
  EXPECT_THAT(
      Suspicions(Lines({"tench", "caf\u00c3\u00a9", "\u200btench",
                        "great_white_shark", "tiger_cat", "na\u00c3\u00afve"})),
      ElementsAre(AllOf(HasSubstr("x: line 2: \"caf\u00c3\u00a9\" looks "
                                  "mis-encoded"),
                        HasSubstr("1 more")),
                  HasSubstr("x: line 3: \"\u200btench\" has an invisible"),
                  AllOf(HasSubstr("x: line 4: \"great_white_shark\" has an "
                                  "underscore"),
                        HasSubstr("1 more"))));
  EXPECT_THAT(Suspicions(Lines({"tench", "caf\u00e9", "\u9ca4\u9c7c"})),
              IsEmpty());
}

}  // namespace
}  // namespace maskfill
