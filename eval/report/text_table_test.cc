#include "eval/report/text_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(TextTable, AsHtmlHasHeadersAndIsEscaped) {
  const TextTable table{.title = "a<b",
                        .lines = {{"top-1", "id"}, {"x&y", "<1>"}},
                        .note = "n\""};
  EXPECT_EQ(ToHtml(table),
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
            "aria-label=\"a&lt;b\">\n<table>\n<caption>a&lt;b</caption>\n"
            "<thead><tr><th scope=\"col\">top-1</th><th scope=\"col\">id</th>"
            "</tr></thead>\n<tbody>\n<tr><th scope=\"row\">x&amp;y</th>"
            "<td>&lt;1&gt;</td></tr>\n</tbody></table></div>\n"
            "<p class=\"note\">n&quot;</p>\n");
  EXPECT_EQ(ToHtml(TextTable()), "");
}

}  // namespace
}  // namespace maskfill
