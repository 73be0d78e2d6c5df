#include "core/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(Utf8, RoundTripsEveryCodePoint) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(c, &text);
    ASSERT_EQ(FindInvalidUtf8(text), absl::string_view::npos) << c;
    ASSERT_EQ(Utf8Length(text[0]), text.size()) << c;
    size_t i = 0;
    ASSERT_EQ(NextCodePoint(text, &i), c);
    ASSERT_EQ(i, text.size());
  }
}

TEST(Utf8, FindsWhatIsNotWellFormed) {
  EXPECT_EQ(FindInvalidUtf8("ab\xFF"), 2u);
  EXPECT_EQ(FindInvalidUtf8("a\x80"), 1u);             // stray continuation
  EXPECT_EQ(FindInvalidUtf8("\xC3"), 0u);              // cut
  EXPECT_EQ(FindInvalidUtf8("\xC0\x80"), 0u);          // overlong
  EXPECT_EQ(FindInvalidUtf8("\xE0\x80\x80"), 0u);      // overlong
  EXPECT_EQ(FindInvalidUtf8("\xED\xA0\x80"), 0u);      // surrogate
  EXPECT_EQ(FindInvalidUtf8("\xF4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(FindInvalidUtf8("\xC3\x41"), 0u);          // no continuation
}

TEST(Utf8, AbbreviatesAtACharactersEnd) {
  EXPECT_EQ(Abbreviated("short"), "short");
  EXPECT_EQ(Abbreviated(std::string(81, 'x')), std::string(80, 'x') + "...");
  // 79 bytes, then a character of two: it does not fit.
  EXPECT_EQ(Abbreviated(std::string(79, 'x') + "\u00e9\u00e9"),
            std::string(79, 'x') + "...");
}

}  // namespace
}  // namespace maskfill
