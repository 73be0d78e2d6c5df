#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/draw/markup.h"
#include "eval/report/page/sections.h"
#include "eval/report/report_format.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;
using Method = AccuracyTable::Method;

std::string Strong(const std::string& text) {
  return absl::StrCat("<strong>", EscapeMarkup(text), "</strong>");
}

std::string Percent(const Method& method, size_t column) {
  return AccuracyCell(method, column) + " %";
}

// "six methods on id and 5 other image sets (6,000 images), three seeds".
std::string WhatWasCompared(const PageData& data) {
  int64_t sets = 0;
  int64_t images = 0;
  for (const Column& column : data.table.columns) {
    if (column.kind != Column::Kind::kSet) continue;
    ++sets;
    images += column.counted;
  }
  std::set<int64_t> seeds;
  for (const Method& method : data.table.methods) {
    for (const AccuracyTable::Run& run : method.runs) {
      if (run.seed.has_value()) seeds.insert(*run.seed);
    }
  }
  std::string text =
      absl::StrCat(data.table.methods.size(),
                   data.table.methods.size() == 1 ? " method" : " methods",
                   " on ", sets, sets == 1 ? " image set" : " image sets");
  if (images > 0) absl::StrAppend(&text, " of ", images, " images in all");
  if (seeds.size() > 1) {
    absl::StrAppend(&text, ", ", seeds.size(), " seeds (",
                    absl::StrJoin(seeds, ", "), ")");
  } else if (seeds.size() == 1) {
    absl::StrAppend(&text, ", one seed (", *seeds.begin(), ")");
  }
  return text + ".";
}

// "ours leads on the OOD avg with 75.7 %, before wise-ft with 75.4 %."
std::string WhoLeads(const PageData& data, size_t column) {
  const Method* best = data.BestOf(column, nullptr);
  if (best == nullptr) return "";
  const Method* second = data.BestOf(column, best);
  std::string text =
      absl::StrCat(" On ", EscapeMarkup(data.table.columns[column].name), ", ",
                   Strong(best->name), " leads with ", Percent(*best, column));
  if (second != nullptr) {
    absl::StrAppend(&text, ", before ", EscapeMarkup(second->name), " with ",
                    Percent(*second, column));
  }
  return text + ".";
}

// What other images would have given.
std::string Certainty(const BootstrapInterval& interval) {
  const std::string text =
      absl::StrCat(" (95 % interval over images ", IntervalText(interval), ")");
  if (interval.low > 0 || interval.high < 0) return text;
  return text + ", which other images may undo";
}

std::string AgainstBaseline(const PageData& data) {
  const Method* subject = data.Subject();
  if (data.differences.empty() || subject == nullptr) return "";
  const PairedDifferences& differences = data.differences[0];
  for (const PairedDifferences::Method& row : differences.methods) {
    if (row.name != subject->name) continue;
    std::vector<size_t> columns = {data.table.columns.size() - 1};
    if (data.table.id_column.has_value()) {
      columns.push_back(*data.table.id_column);
    }
    std::vector<std::string> parts;
    for (const size_t i : columns) {
      if (!row.mean[i].has_value()) continue;
      parts.push_back(absl::StrCat(
          Strong(Points(row.mean[i])), " points on ",
          EscapeMarkup(data.table.columns[i].name),
          row.intervals[i].has_value() ? Certainty(*row.intervals[i]) : ""));
    }
    if (parts.empty()) return "";
    return absl::StrCat(" Against ", EscapeMarkup(differences.baseline), ", ",
                        EscapeMarkup(subject->name), " has ",
                        absl::StrJoin(parts, " and "), ".");
  }
  return "";
}

// What a reader must know before believing the numbers.
std::string Reservations(const PageData& data) {
  std::string text;
  for (const Method& method : data.table.methods) {
    std::vector<std::string> missing;
    for (size_t i = 0; i < data.table.columns.size(); ++i) {
      if (data.table.columns[i].kind == Column::Kind::kSet &&
          !method.mean[i].has_value()) {
        missing.push_back(data.table.columns[i].name);
      }
    }
    if (missing.empty()) continue;
    absl::StrAppend(&text, " ", EscapeMarkup(method.name),
                    " was not evaluated on ",
                    EscapeMarkup(absl::StrJoin(missing, ", ")),
                    ", so it has no average over it.");
  }
  const auto by_file = std::count_if(
      data.evaluations.begin(), data.evaluations.end(),
      [](const Evaluation& evaluation) { return evaluation.named_by_file; });
  if (by_file > 0) {
    absl::StrAppend(&text, " Method or seed of ", by_file, " of ",
                    data.evaluations.size(),
                    " reports come from their files' names, since provenance "
                    "does not tell them.");
  }
  std::set<std::string> precisions;
  for (const Evaluation& evaluation : data.evaluations) {
    precisions.insert(evaluation.report.precision());
  }
  if (precisions.size() > 1) {
    absl::StrAppend(&text, " Models were evaluated in different precisions (",
                    EscapeMarkup(absl::StrJoin(precisions, ", ")), ").");
  }
  return text;
}

}  // namespace

std::string Verdict(const PageData& data) {
  std::string text = WhatWasCompared(data);
  absl::StrAppend(&text, WhoLeads(data, data.table.columns.size() - 1));
  if (data.table.id_column.has_value()) {
    absl::StrAppend(&text, WhoLeads(data, *data.table.id_column));
  }
  absl::StrAppend(&text, AgainstBaseline(data));
  const std::string reservations = Reservations(data);
  std::string html = absl::StrCat("<p class=\"verdict\">", text, "</p>\n");
  if (!reservations.empty()) {
    absl::StrAppend(&html, "<p class=\"note\">", reservations, "</p>\n");
  }
  return html;
}

}  // namespace maskfill
