#include "core/draw/markup.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(EscapeMarkup, LeavesNothingThatIsMarkup) {
  EXPECT_EQ(EscapeMarkup("a<b>&\"c\"'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;");
  EXPECT_EQ(EscapeMarkup("94.5\xC2\xB1"
                         "0.5\n"),
            "94.5\xC2\xB1"
            "0.5\n");
}

TEST(EscapeMarkup, ReplacesWhatIsNoCharacter) {
  // A control character, a stray byte, and a character that is cut.
  EXPECT_EQ(EscapeMarkup("a\x01"
                         "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(EscapeMarkup("a\xFF<"), "a\xEF\xBF\xBD&lt;");
  EXPECT_EQ(EscapeMarkup("a\xC3"), "a\xEF\xBF\xBD");
  EXPECT_EQ(EscapeMarkup(""), "");
}

TEST(InlineImage, HoldsThePixelsAndSaysWhatTheyShow) {
  ASSERT_OK_AND_ASSIGN(const std::string html,
                       InlineImage(Image(2, 3), "mask of \"a\""));
  EXPECT_THAT(html, StartsWith("<img width=\"3\" height=\"2\" "
                               "alt=\"mask of &quot;a&quot;\" "));
  // The eight bytes that every PNG begins with.
  EXPECT_THAT(html, HasSubstr("src=\"data:image/png;base64,iVBORw0KGgo"));
  EXPECT_THAT(InlineImage(Image(), ""),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
