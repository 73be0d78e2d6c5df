#include "core/text/class_names.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(ClassNames, AreLinesOrJson) {
  for (const char* text :
       {"tench\nwhite shark\n", "[\"tench\", \"white shark\"]",
        "{\"0\": \"tench\", \"1\": \"white shark\"}",
        "{\"1\": \"white shark\", \"0\": \"tench\"}",
        "{\"0\": [\"n01440764\", \"tench\"], "
        "\"1\": [\"n01484850\", \"white shark\"]}"}) {
    EXPECT_THAT(ParseClassNames(text, "x"),
                IsOkAndHolds(ElementsAre("tench", "white shark")))
        << text;
  }
}

TEST(ClassNames, OfObjectsNeedEveryIndex) {
  for (const char* text :
       {"{\"0\": \"a\", \"2\": \"b\"}", "{\"1\": \"a\", \"2\": \"b\"}",
        "{\"00\": \"a\"}", "{\"a\": 0}", "{\"n01440764\": \"tench\"}",
        "{\"0\": [\"tench\", \"n01440764\"]}", "{\"0\": [\"a\"]}",
        "{\"0\": null}"}) {
    EXPECT_THAT(ParseClassNames(text, "names.json"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("names.json: is a JSON object with ")))
        << text;
  }
}

TEST(ClassNames, HaveNoColumns) {
  for (const char* text :
       {"0 tench\n1 shark\n", "1. tench\n2. shark", "0,tench\n1,shark",
        "n01440764 tench\nn01484850 shark", "[\"0: a\", \"1: b\"]"}) {
    EXPECT_THAT(ParseClassNames(text, "x"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("as all do; expected names alone")))
        << text;
  }
  // Digits, aeroplanes, cars and wnids that are the names.
  for (const char* text : {"0\n1\n", "707-320\n727-200\n", "2012 Z4\n2007 M3\n",
                           "n01440764\nn01484850\n", "1 tench\n"}) {
    EXPECT_OK(ParseClassNames(text, "x")) << text;
  }
}

TEST(ClassNames, AreNoTemplates) {
  EXPECT_THAT(ParseClassNames("tench\na photo of a {}.\n", "x"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("x: line 2: \"a photo of a {}.\" is a "
                                 "template")));
}

TEST(ClassNames, OfImagenetAreBuiltIn) {
  ASSERT_OK_AND_ASSIGN(const auto names, LoadClassNames("imagenet"));
  ASSERT_THAT(names, SizeIs(1000));
  EXPECT_EQ(names[0], "tench");
  EXPECT_EQ(names[999], "toilet paper");
}

TEST(ClassNames, MissingFilesAreNotFound) {
  EXPECT_THAT(LoadClassNames("/nonexistent/names.txt"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(EqualNames, AreNamedWithTheirRows) {
  EXPECT_EQ(EqualNames({"tench", "crane", "Caf\u00e9", "crane ", "cafe\u0301"}),
            "\"caf\u00e9\" in rows 2 and 4; \"crane\" in rows 1 and 3");
  EXPECT_EQ(EqualNames({"tench", "crane"}), "");
}

}  // namespace
}  // namespace maskfill
