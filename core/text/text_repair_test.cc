#include "core/text/text_repair.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

// Expected values: ftfy 6.3.1's fix_text(text).
TEST(RepairText, StraightensQuotes) {
  EXPECT_EQ(RepairText("mother\u2019s \u201cbest\u201d"), "mother's \"best\"");
  EXPECT_EQ(RepairText("\u02bcx \u201e x\u201f"), "'x \" x\"");
}

TEST(RepairText, ComposesAccentsAndSyllables) {
  EXPECT_EQ(RepairText("cafe\u0301"), "caf\u00e9");
  EXPECT_EQ(RepairText("\u1100\u1161"), "\uac00");
  EXPECT_EQ(RepairText("\u2126 \u00bd"), "\u03a9 \u00bd");
}

TEST(RepairText, GivesLettersTheirUsualWidth) {
  EXPECT_EQ(RepairText("\uff54\uff45\uff4e\uff43\uff48"), "tench");
  EXPECT_EQ(RepairText("\uff76\uff9e\u3000\uffe5"), "\u30ac \u00a5");
}

TEST(RepairText, TakesLatinLigaturesApart) {
  EXPECT_EQ(RepairText("\ufb01sh \u0149 \u01c4 \u0132"), "fish 'n D\u017d IJ");
}

TEST(RepairText, UnescapesWholeReferences) {
  EXPECT_EQ(RepairText("mother&rsquo;s &amp;rsquo; &#x2019; &#146;"),
            "mother's ' ' '");
  EXPECT_EQ(RepairText("P&EACUTE;REZ BUNDESSTRA&SZLIG;E &FRAC12;"),
            "P\u00c9REZ BUNDESSTRASSE \u00bd");
  EXPECT_EQ(RepairText("&semi; &SEMI;"), "; ;");
  EXPECT_EQ(RepairText("&notit; &copy &nTILDE;"), "&notit; &copy &nTILDE;");
}

TEST(RepairText, LeavesReferencesInMarkup) {
  EXPECT_EQ(RepairText("<b> &rsquo;"), "<b> &rsquo;");
  EXPECT_EQ(RepairText("&lt;b&gt; &rsquo;"), "<b> '");
}

TEST(RepairText, TakesC1ControlsAsWindows1252) {
  EXPECT_EQ(RepairText("a\u0093b\u0094 \u0085"), "a\"b\" \u2026");
}

TEST(RepairText, DropsControlCharactersAndTerminalEscapes) {
  EXPECT_EQ(RepairText("\x1b[31;1mred\x1b[0m"), "red");
  EXPECT_EQ(RepairText("\ufeff"
                       "a\x07"
                       "b\ufffc\x1f"),
            "ab");
}

TEST(LooksMisencoded, SeesUtf8ThatWasReadAsWindows1252) {
  EXPECT_TRUE(LooksMisencoded("caf\u00c3\u00a9"));            // caf\u00e9
  EXPECT_TRUE(LooksMisencoded("mother\u00e2\u20ac\u2122s"));  // a quote
  EXPECT_TRUE(LooksMisencoded("caf\ufffd"));
}

TEST(LooksMisencoded, LeavesOrdinaryTextInPeace) {
  for (const char* text : {"tench", "caf\u00e9", "\u9ca4\u9c7c", "\u00c4rger",
                           "\u201cSpa\u00df\u201d", "\U0001f41f"}) {
    EXPECT_FALSE(LooksMisencoded(text)) << text;
  }
}

}  // namespace
}  // namespace maskfill
