#include "eval/report/text_table.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/draw/markup.h"

namespace maskfill {
namespace {

// In characters: all bytes but the continuations of UTF-8.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

void AppendMarkdown(const TextTable& table, std::string* text) {
  std::vector<size_t> widths(table.lines[0].size());
  for (const auto& line : table.lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], Width(line[i]));
    }
  }
  for (size_t n = 0; n < table.lines.size(); ++n) {
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string& cell = table.lines[n][i];
      const std::string padding(widths[i] - Width(cell), ' ');
      absl::StrAppend(text, "| ", i == 0 ? "" : padding, cell,
                      i == 0 ? padding : "", " ");
    }
    absl::StrAppend(text, "|\n");
    if (n > 0) continue;
    for (size_t i = 0; i < widths.size(); ++i) {
      absl::StrAppend(text, "|", i == 0 ? "-" : "",
                      std::string(widths[i] + 1, '-'), i == 0 ? "" : ":");
    }
    absl::StrAppend(text, "|\n");
  }
}

std::string EscapeMarkdown(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}});
}

std::string EscapeLatex(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\", "\\textbackslash{}"},
                                    {"&", "\\&"},
                                    {"%", "\\%"},
                                    {"$", "\\$"},
                                    {"#", "\\#"},
                                    {"_", "\\_"},
                                    {"{", "\\{"},
                                    {"}", "\\}"},
                                    {"~", "\\textasciitilde{}"},
                                    {"^", "\\textasciicircum{}"},
                                    {"±", "$\\pm$"}});
}

}  // namespace

std::string ToMarkdown(const std::vector<TextTable>& tables) {
  std::string text;
  for (TextTable table : tables) {
    for (auto& line : table.lines) {
      for (std::string& cell : line) cell = EscapeMarkdown(cell);
    }
    if (!text.empty()) absl::StrAppend(&text, "\n");
    if (!table.title.empty()) absl::StrAppend(&text, table.title, "\n\n");
    AppendMarkdown(table, &text);
    if (!table.note.empty()) absl::StrAppend(&text, "\n", table.note, "\n");
  }
  return text;
}

std::string ToLatex(const std::vector<TextTable>& tables) {
  std::string text;
  for (const TextTable& table : tables) {
    if (!text.empty()) absl::StrAppend(&text, "\n");
    if (!table.title.empty()) absl::StrAppend(&text, "% ", table.title, "\n");
    absl::StrAppend(&text, "\\begin{tabular}{l",
                    std::string(table.lines[0].size() - 1, 'r'),
                    "}\n\\toprule\n");
    for (size_t n = 0; n < table.lines.size(); ++n) {
      for (size_t i = 0; i < table.lines[n].size(); ++i) {
        absl::StrAppend(&text, i == 0 ? "" : " & ",
                        EscapeLatex(table.lines[n][i]));
      }
      absl::StrAppend(&text, n == 0 ? " \\\\\n\\midrule\n" : " \\\\\n");
    }
    absl::StrAppend(&text, "\\bottomrule\n\\end{tabular}\n");
    if (!table.note.empty()) absl::StrAppend(&text, "% ", table.note, "\n");
  }
  return text;
}

std::string ToHtml(const TextTable& table) {
  if (table.lines.empty()) return "";
  std::string text = absl::StrCat(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"",
      EscapeMarkup(table.title), "\">\n<table>\n<caption>",
      EscapeMarkup(table.title), "</caption>\n");
  for (size_t n = 0; n < table.lines.size(); ++n) {
    absl::StrAppend(&text, n == 0 ? "<thead><tr>" : "<tr>");
    for (size_t i = 0; i < table.lines[n].size(); ++i) {
      const char* tag = n == 0 ? "th scope=\"col\"" : "td";
      if (n > 0 && i == 0) tag = "th scope=\"row\"";
      absl::StrAppend(&text, "<", tag, ">", EscapeMarkup(table.lines[n][i]),
                      n == 0 || i == 0 ? "</th>" : "</td>");
    }
    absl::StrAppend(&text, n == 0 ? "</tr></thead>\n<tbody>\n" : "</tr>\n");
  }
  absl::StrAppend(&text, "</tbody></table></div>\n");
  if (!table.note.empty()) {
    absl::StrAppend(&text, "<p class=\"note\">", EscapeMarkup(table.note),
                    "</p>\n");
  }
  return text;
}

}  // namespace maskfill
