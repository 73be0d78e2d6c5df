#include "core/text/text_cleaning.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(CleanText, LowersAndCollapsesWhiteSpace) {
  EXPECT_THAT(CleanText("  A PHOTO\t\n of\u3000a \u00a0 Dog "),
              IsOkAndHolds("a photo of a dog"));
}

TEST(CleanText, UnescapesTwice) {
  EXPECT_THAT(CleanText("&amp;amp; &amp;lt;"), IsOkAndHolds("& <"));
  // In markup, where the repair leaves references.
  EXPECT_THAT(CleanText("< &amp;amp;amp;"), IsOkAndHolds("< &amp;"));
}

TEST(CleanText, StripsWhiteSpaceAndDropsControlCharacters) {
  EXPECT_THAT(CleanText("\x1c a \x1c b \x1f"), IsOkAndHolds("a b"));
  EXPECT_THAT(CleanText(" \t "), IsOkAndHolds(""));
}

TEST(CleanText, RepairsWhatFtfyRepairs) {
  EXPECT_THAT(CleanText("Mother\u2019s CAFE\u0301"),
              IsOkAndHolds("mother's caf\u00e9"));
  // With a "<" ftfy leaves the reference, and html.unescape comes too late to
  // straighten the quote.
  EXPECT_THAT(CleanText("<b> &rsquo;"), IsOkAndHolds("<b> \u2019"));
}

TEST(CleanText, LowersAsTheRootLocaleDoes) {
  // Final sigma by its context, dotted capital I as two code points.
  EXPECT_THAT(CleanText("ΟΔΟΣ ΣΑΣ"), IsOkAndHolds("οδος σας"));
  EXPECT_THAT(CleanText("\u0130"), IsOkAndHolds("i\u0307"));
  EXPECT_THAT(CleanText("I ÄÖ ẞ"), IsOkAndHolds("i äö ß"));
}

TEST(CleanText, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(CleanText("caf\xe9"), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("not UTF-8 at byte 3")));
}

}  // namespace
}  // namespace maskfill
