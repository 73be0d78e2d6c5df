#include "model_tool/zeroshot/text_lists.h"

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(TextLists, ReadsLinesAndJson) {
  EXPECT_THAT(ParseTextList("a\r\nb c\n\n", "x"),
              IsOkAndHolds(ElementsAre("a", "b c")));
  EXPECT_THAT(ParseTextList(" [\"a\", \"b\\u00e9\"]\n", "x"),
              IsOkAndHolds(ElementsAre("a", "b\u00e9")));
}

TEST(TextLists, RefusesWhatIsNoList) {
  for (const char* text :
       {"", "\n", "[]", "[1]", "[\"a\"", "a\n\nb", "[\"\"]"}) {
    EXPECT_THAT(
        ParseTextList(text, "names.txt"),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("names.txt: ")))
        << text;
  }
}

TEST(TextLists, HasImagenetAndItsTemplatesBuiltIn) {
  ASSERT_OK_AND_ASSIGN(const auto names, LoadClassNames("imagenet"));
  ASSERT_THAT(names, SizeIs(1000));
  EXPECT_EQ(names[0], "tench");
  EXPECT_EQ(names[999], "toilet paper");
  ASSERT_OK_AND_ASSIGN(const auto templates, LoadTemplates("openai"));
  ASSERT_THAT(templates, SizeIs(80));
  EXPECT_EQ(FillTemplate(templates[0], "tench"), "a bad photo of a tench.");
}

TEST(TextLists, ChecksThePlaceInTemplates) {
  const std::string path = JoinPath(TestDirectory(), "templates.txt");
  ASSERT_OK(WriteFileAtomically(path, "a {}.\na photo.\n"));
  EXPECT_THAT(LoadTemplates(path),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"a photo.\" needs {} once")));
  ASSERT_OK(WriteFileAtomically(path, "{} or {}\n"));
  EXPECT_THAT(LoadTemplates(path),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TextLists, ReportsAMissingFile) {
  EXPECT_THAT(LoadClassNames("/nonexistent/names.txt"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace maskfill
