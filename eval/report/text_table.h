// A table of words as Markdown, LaTeX and HTML.
#ifndef MASKFILL_EVAL_REPORT_TEXT_TABLE_H_
#define MASKFILL_EVAL_REPORT_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace maskfill {

struct TextTable {
  std::string title;  // a line above it; may be empty
  // The first is the header; all have one length. UTF-8. The first column is
  // set to the left, the others to the right.
  std::vector<std::vector<std::string>> lines = {};
  std::string note = {};  // a line below it; may be empty
};

// Padded so that the text lines up on a terminal as well.
std::string ToMarkdown(const std::vector<TextTable>& tables);
// tabular environments that need the booktabs package.
std::string ToLatex(const std::vector<TextTable>& tables);
// A <table> whose caption is the title, in a frame that scrolls where the table
// is wider than the page. Cells are escaped.
std::string ToHtml(const TextTable& table);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_TEXT_TABLE_H_
