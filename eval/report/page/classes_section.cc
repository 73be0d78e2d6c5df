#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/draw/bar_chart.h"
#include "core/draw/markup.h"
#include "core/record/manifest_text.h"
#include "eval/report/page/sections.h"
#include "eval/report/report_format.h"
#include "eval/report/text_table.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;
using Method = AccuracyTable::Method;

constexpr size_t kShown = 8;  // classes won and lost

struct Share {
  double Percent() const {
    return 100 * static_cast<double>(right) / static_cast<double>(counted);
  }
  int64_t right = 0;
  int64_t counted = 0;
};

// Whether the overall average is over this set.
bool IsOverall(const AccuracyTable& table, const std::string& set) {
  return std::any_of(
      table.columns.begin(), table.columns.end(), [&](const Column& column) {
        return column.name == set &&
               column.in_distribution == table.overall().in_distribution;
      });
}

// By class, over all seeds and the sets of the overall average.
std::map<int64_t, Share> ClassShares(const PageData& data,
                                     const Method& method) {
  std::map<int64_t, Share> shares;
  for (const v1::SetReport* set : data.SetsOf(method)) {
    if (!IsOverall(data.table, set->name())) continue;
    for (const v1::ClassReport& row : set->classes()) {
      Share& share = shares[row.class_index()];
      share.right += row.top1_right();
      share.counted += row.counted();
    }
  }
  return shares;
}

// The class's name where predictions have it, else its key.
std::string NameOf(const PageData& data, int64_t label) {
  for (const PredictionSet& set : data.predictions.sets()) {
    const std::string name = ClassNameOf(set.manifest.dataset(), label);
    if (!name.empty()) return name;
  }
  for (const Evaluation& evaluation : data.evaluations) {
    for (const v1::SetReport& set : evaluation.report.sets()) {
      for (const v1::ClassReport& row : set.classes()) {
        if (row.class_index() == label && !row.key().empty()) return row.key();
      }
    }
  }
  return absl::StrCat("class ", label);
}

struct ClassRow {
  double difference() const { return subject.Percent() - baseline.Percent(); }
  std::string name;
  Share subject;
  Share baseline;
};

// The most won first.
std::vector<ClassRow> ClassRows(const PageData& data, const Method& subject,
                                const Method& baseline) {
  const std::map<int64_t, Share> ours = ClassShares(data, subject);
  const std::map<int64_t, Share> theirs = ClassShares(data, baseline);
  std::vector<ClassRow> rows;
  for (const auto& [label, share] : ours) {
    const auto other = theirs.find(label);
    if (other == theirs.end() || share.counted == 0 ||
        other->second.counted == 0) {
      continue;
    }
    rows.push_back({NameOf(data, label), share, other->second});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ClassRow& a, const ClassRow& b) {
                     return a.difference() > b.difference();
                   });
  return rows;
}

// Bars in the colour of the method that wins the class.
std::string ByClass(const PageData& data, const Method& subject,
                    const Method& baseline) {
  const std::vector<ClassRow> rows = ClassRows(data, subject, baseline);
  if (rows.empty()) return "";
  DifferenceChart chart{
      .title = absl::StrCat("Classes that ", subject.name,
                            " wins and loses "
                            "against ",
                            baseline.name),
      .x_label = absl::StrCat("points more than ", baseline.name)};
  TextTable table{
      .title = "All classes",
      .lines = {{"class", "images", subject.name, baseline.name, "points"}}};
  for (size_t i = 0; i < rows.size(); ++i) {
    const ClassRow& row = rows[i];
    table.lines.push_back({row.name, absl::StrCat(row.subject.counted),
                           absl::StrFormat("%.1f", row.subject.Percent()),
                           absl::StrFormat("%.1f", row.baseline.Percent()),
                           absl::StrFormat("%+.1f", row.difference())});
    const bool is_shown =
        i < kShown || i + kShown >= rows.size() || rows.size() <= 2 * kShown;
    if (!is_shown) {
      if (!chart.rows.empty() && !chart.rows.back().label.empty()) {
        chart.rows.emplace_back();  // room for what is left out
      }
      continue;
    }
    chart.rows.push_back(
        {.label = row.name,
         .value = row.difference(),
         .colour = data.ColourOf(row.difference() < 0 ? baseline : subject),
         .tip =
             absl::StrFormat("%s: %.1f %% against %.1f %%", row.name,
                             row.subject.Percent(), row.baseline.Percent())});
  }
  table.note =
      "over all seeds and the sets of the last column of the table; "
      "an image counts once for each seed";
  return absl::StrCat(
      "<figure>", DrawDifferenceChart(chart), "<figcaption>Classes that ",
      EscapeMarkup(subject.name), " wins and loses most against ",
      EscapeMarkup(baseline.name), ", ",
      EscapeMarkup(data.table.overall().name),
      "</figcaption></figure>\n<details><summary>All ", rows.size(),
      " classes</summary>\n", ToHtml(table), "</details>\n");
}

// Of one set, over all seeds, by group and then method.
std::map<std::string, std::vector<Share>> GroupShares(const PageData& data,
                                                      const Column& column) {
  std::map<std::string, std::vector<Share>> shares;
  for (size_t m = 0; m < data.table.methods.size(); ++m) {
    for (const v1::SetReport* set : data.SetsOf(data.table.methods[m])) {
      if (set->name() != column.name) continue;
      for (const v1::GroupReport& group : set->groups()) {
        std::vector<Share>& row = shares[group.name()];
        row.resize(data.table.methods.size());
        row[m].right += group.top1_right();
        row[m].counted += group.counted();
      }
    }
  }
  return shares;
}

// Groups as rows, methods as columns; after those of a set the worst of them.
std::string ByGroup(const PageData& data) {
  TextTable table{.title = "Groups, top-1 %"};
  std::vector<std::string> header = {"set, group", "images"};
  for (const Method& method : data.table.methods) header.push_back(method.name);
  table.lines.push_back(header);
  for (const Column& column : data.table.columns) {
    const auto shares = GroupShares(data, column);
    std::vector<double> worst(data.table.methods.size(), 100);
    for (const auto& [name, row] : shares) {
      int64_t images = 0;  // every run is of the same ones
      for (size_t m = 0; m < row.size(); ++m) {
        const auto runs =
            static_cast<int64_t>(data.table.methods[m].runs.size());
        images = std::max(images, row[m].counted / runs);
      }
      std::vector<std::string> line = {absl::StrCat(column.name, ", ", name),
                                       absl::StrCat(images)};
      for (size_t m = 0; m < row.size(); ++m) {
        if (row[m].counted == 0) {
          line.push_back("-");
          continue;
        }
        worst[m] = std::min(worst[m], row[m].Percent());
        line.push_back(absl::StrFormat("%.1f", row[m].Percent()));
      }
      table.lines.push_back(line);
    }
    if (shares.size() < 3) continue;  // two are compared at a glance
    std::vector<std::string> last = {absl::StrCat(column.name, ", worst"), ""};
    for (const double percent : worst) {
      last.push_back(absl::StrFormat("%.1f", percent));
    }
    table.lines.push_back(last);
  }
  return table.lines.size() == 1 ? "" : ToHtml(table);
}

}  // namespace

std::string ClassesSection(const PageData& data) {
  std::string html = ByGroup(data);
  const Method* subject = data.Subject();
  const Method* baseline = data.Baseline();
  if (subject != nullptr && baseline != nullptr) {
    absl::StrAppend(&html, ByClass(data, *subject, *baseline));
  }
  return html;
}

}  // namespace maskfill
