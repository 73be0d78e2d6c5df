#include "core/text/prompts.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const std::vector<std::string>& Names() {
  static const auto* names = new std::vector<std::string>{"tench", "tiger cat"};
  return *names;
}

TEST(Prompts, FillTemplates) {
  for (const char* text : {"a photo of a {}.\n{}\n", "a photo of a {c}.\n{c}",
                           "[\"a photo of a {}.\", \"{c}\"]"}) {
    ASSERT_OK_AND_ASSIGN(const Prompts prompts,
                         ParsePrompts(text, "x", Names()));
    EXPECT_THAT(prompts.For("tiger cat"),
                ElementsAre("a photo of a tiger cat.", "tiger cat"));
  }
}

TEST(Prompts, RefuseOtherNotations) {
  for (const char* text :
       {"a photo.", "a {} or {}.", "{} or {c}", "a {0}.", "{0} of clay",
        "a %s.", "a {label}.", "a {{}}.", "a {}} photo."}) {
    EXPECT_THAT(ParsePrompts(std::string("a {}.\n") + text, "t.txt", Names()),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("t.txt: line 2: template"),
                               HasSubstr("needs {} (or {c}) once"))))
        << text;
  }
}

TEST(Prompts, MayBeEachClassesOwn) {
  ASSERT_OK_AND_ASSIGN(
      const Prompts prompts,
      ParsePrompts("{\"tiger cat\": [\"A striped cat.\"], \"other\": [], "
                   "\"tench\": [\"A fish.\", \"It swims, \\\"softly\\\".\"]}",
                   "x", Names()));
  EXPECT_THAT(prompts.For("tench"),
              ElementsAre("A fish.", "It swims, \"softly\"."));
  EXPECT_THAT(prompts.For("tiger cat"), ElementsAre("A striped cat."));
}

TEST(Prompts, OfClassesNeedEveryClass) {
  EXPECT_THAT(
      ParsePrompts("{\"tench\": [\"A fish.\"]}", "x", Names()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("x: has no prompts for the class \"tiger cat\""),
                     Not(HasSubstr("data set")))));
  EXPECT_THAT(
      ParsePrompts("{\"imagenet1k\": [\"a {}.\"]}", "x", Names()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("if these are templates by data set, give a list")));
  EXPECT_THAT(ParsePrompts("{\"tench\": []}", "x", Names()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x: class \"tench\": has no entries")));
  EXPECT_THAT(ParsePrompts("{\"tench\": \"A fish.\"}", "x", Names()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("class \"tench\": is a JSON string")));
  EXPECT_THAT(ParsePrompts("{\"tench\": [\"a {}.\"]}", "x", Names()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("class \"tench\": entry 1: \"a {}.\" is a "
                                 "template")));
}

TEST(Prompts, OfOpenaiAreBuiltIn) {
  ASSERT_OK_AND_ASSIGN(const Prompts prompts, LoadPrompts("openai", Names()));
  ASSERT_THAT(prompts.templates, SizeIs(80));
  EXPECT_EQ(prompts.For("tench")[0], "a bad photo of a tench.");
}

TEST(Prompts, HaveAFingerprintOfAllTexts) {
  Prompts prompts;
  prompts.of_class = {{"a", {"b", "c"}}, {"d", {"e"}}};
  Prompts moved = prompts;
  moved.of_class = {{"a", {"b"}}, {"c", {"d", "e"}}};
  EXPECT_NE(prompts.Fingerprint(), moved.Fingerprint());
  EXPECT_EQ(prompts.Fingerprint(), Prompts(prompts).Fingerprint());
}

}  // namespace
}  // namespace maskfill
