#include "eval/report/text_table.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

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

std::string EscapeHtml(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
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

std::string ToHtml(const std::vector<TextTable>& tables) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<title>Report</title>\n<style>\n"
      "body { font-family: sans-serif; margin: 2em; }\n"
      "table { border-collapse: collapse; }\n"
      "th, td { padding: .3em .8em; text-align: right; }\n"
      "th:first-child, td:first-child { text-align: left; }\n"
      "tr { border-bottom: 1px solid #ccc; }\n"
      "</style>\n</head>\n<body>\n";
  for (const TextTable& table : tables) {
    if (!table.title.empty()) {
      absl::StrAppend(&text, "<h2>", EscapeHtml(table.title), "</h2>\n");
    }
    absl::StrAppend(&text, "<table>\n");
    for (size_t n = 0; n < table.lines.size(); ++n) {
      const char* tag = n == 0 ? "th>" : "td>";
      absl::StrAppend(&text, "<tr>");
      for (const std::string& cell : table.lines[n]) {
        absl::StrAppend(&text, "<", tag, EscapeHtml(cell), "</", tag);
      }
      absl::StrAppend(&text, "</tr>\n");
    }
    absl::StrAppend(&text, "</table>\n");
    if (!table.note.empty()) {
      absl::StrAppend(&text, "<p>", EscapeHtml(table.note), "</p>\n");
    }
  }
  return text + "</body>\n</html>\n";
}

}  // namespace maskfill
