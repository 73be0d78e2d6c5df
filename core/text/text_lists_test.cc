#include "core/text/text_lists.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

auto Entry(const std::string& text, const std::string& where) {
  return AllOf(Field("text", &TextEntry::text, text),
               Field("where", &TextEntry::where, where));
}

TEST(TextLists, KnowEveryLineEnd) {
  for (const char* text : {"a\nb c\n", "a\r\nb c\r\n", "a\rb c\r", "a\nb c",
                           "a\nb c\n\n \n", "\xef\xbb\xbf  a\t\n\tb c"}) {
    EXPECT_THAT(ParseLines(text, "x"),
                IsOkAndHolds(ElementsAre(Entry("a", "x: line 1"),
                                         Entry("b c", "x: line 2"))))
        << text;
  }
}

TEST(TextLists, NameTheLineThatIsNotUtf8) {
  EXPECT_THAT(ParseLines("tench\ncaf\xe9\n", "names.txt"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names.txt: line 2: is not UTF-8 at its byte "
                                 "3: \"caf\\xe9\"")));
  for (const absl::string_view utf16 : {absl::string_view("\xff\xfe\x41\0", 4),
                                        absl::string_view("\xfe\xff\0\x41", 4),
                                        absl::string_view("\x41\0\x42\0", 4)}) {
    EXPECT_THAT(ParseLines(utf16, "x"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("x: line 1: is not UTF-8 but UTF-16")));
  }
  // A NUL alone makes no UTF-16: CheckTexts names it.
  EXPECT_OK(ParseLines(absl::string_view("ten\0ch\n", 7), "x"));
}

TEST(TextLists, TellJsonFromLines) {
  for (const char* json : {"[\"a\"]", "\xef\xbb\xbf [1]", "{\"0\": 1}",
                           "{\n 'a': 1}", "{0: 'tench',"}) {
    EXPECT_TRUE(BeginsLikeJson(json)) << json;
  }
  for (const char* text :
       {"", "tench", "{} on stripes", "{c}", "{0} of clay"}) {
    EXPECT_FALSE(BeginsLikeJson(text)) << text;
  }
}

TEST(TextLists, ReadJsonLists) {
  ASSERT_OK_AND_ASSIGN(const auto json,
                       ParseJson("\xef\xbb\xbf [\"a\", \" b\\u00e9\"]\n", "x"));
  EXPECT_THAT(JsonTexts(json, "x"),
              IsOkAndHolds(ElementsAre(Entry("a", "x: entry 1"),
                                       Entry("b\u00e9", "x: entry 2"))));
}

TEST(TextLists, NameTheLineThatIsNoJson) {
  EXPECT_THAT(ParseJson("[\"tench\",\n 'shark']", "names.json"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names.json: line 2: begins like JSON and is "
                                 "none at its byte 1;")));
  EXPECT_THAT(
      ParseJson("[\"a\"]\n[\"b\"]\n", "x"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x: line 2: ")));
  for (const char* text : {"[", "[\"a\"", "{\"a\"", "[1e999]", "['a']"}) {
    EXPECT_THAT(ParseJson(text, "x"),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x: ")))
        << text;
  }
}

TEST(TextLists, RefuseAKeyThatComesTwice) {
  EXPECT_THAT(ParseJson("{\"0\": \"a\", \"0\": \"b\"}", "x"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x: has the key \"0\" twice")));
  EXPECT_OK(ParseJson("[{\"0\": \"a\"}, {\"0\": \"b\"}]", "x"));
}

TEST(TextLists, RefuseEntriesThatAreNoStrings) {
  EXPECT_THAT(JsonTexts({"a", 1}, "x"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x: entry 2: is a JSON number")));
  EXPECT_THAT(JsonTexts("a", "x"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x: is a JSON string, expected a list")));
}

}  // namespace
}  // namespace maskfill
