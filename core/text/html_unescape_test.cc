#include "core/text/html_unescape.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(HtmlUnescape, ReplacesNamedReferences) {
  EXPECT_EQ(HtmlUnescape("&lt;b&gt; &amp; &eacute;"), "<b> & \u00e9");
  EXPECT_EQ(HtmlUnescape("&nvlt;"), "<\u20d2");  // two code points
  EXPECT_EQ(HtmlUnescape("&CounterClockwiseContourIntegral;"), "\u2233");
}

TEST(HtmlUnescape, TakesTheLongestPrefixThatIsAName) {
  EXPECT_EQ(HtmlUnescape("&notit;"), "\u00acit;");
  EXPECT_EQ(HtmlUnescape("&ampx"), "&x");
  EXPECT_EQ(HtmlUnescape("&notin;"), "\u2209");
}

TEST(HtmlUnescape, LeavesWhatIsNoReference) {
  for (const char* text :
       {"", "&", "a & b", "&;", "&#;", "&#x;", "&#xg;", "&bogus;", "&&",
        "&\xC3\xA9;", "R&D", "&<", "&l", "100%"}) {
    EXPECT_EQ(HtmlUnescape(text), text);
  }
}

TEST(HtmlUnescape, MapsNumbersAsTheStandardDoes) {
  EXPECT_EQ(HtmlUnescape("&#233;&#xE9;&#Xe9"), "\u00e9\u00e9\u00e9");
  EXPECT_EQ(HtmlUnescape("&#0;"), "\ufffd");
  EXPECT_EQ(HtmlUnescape("&#128;"), "\u20ac");  // Windows-1252
  EXPECT_EQ(HtmlUnescape("&#xD800;&#x110000;&#99999999999999999999;"),
            "\ufffd\ufffd\ufffd");
  EXPECT_EQ(HtmlUnescape("a&#1;&#xFDD0;&#x1FFFF;&#127;b"), "ab");
  EXPECT_EQ(HtmlUnescape("&#13;&#9;"), "\r\t");
}

TEST(HtmlUnescape, MakesOnePass) {
  EXPECT_EQ(HtmlUnescape("&amp;lt;"), "&lt;");
}

TEST(HtmlUnescape, LooksAt32CharactersAtMost) {
  // A 33rd character is left out of the candidate, but a name before it counts.
  EXPECT_EQ(HtmlUnescape("&gtaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ">aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

}  // namespace
}  // namespace maskfill
