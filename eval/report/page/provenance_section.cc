#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/draw/markup.h"
#include "core/work/directory.h"
#include "eval/past_work.h"
#include "eval/report/page/repeat_command.h"
#include "eval/report/page/sections.h"
#include "eval/report/text_table.h"

namespace maskfill {
namespace {

using Column = AccuracyTable::Column;

std::string CodeBlock(const std::vector<std::string>& lines) {
  std::string html = "<pre tabindex=\"0\">";
  for (const std::string& line : lines) {
    absl::StrAppend(&html, EscapeMarkup(line), "\n");
  }
  return html + "</pre>\n";
}

std::string SetsTable(const PageData& data) {
  TextTable table{.title = "Image sets",
                  .lines = {{"set", "images", "counted", "fingerprint"}},
                  .note =
                      "counted: with a label among the classes that the "
                      "answer is taken from"};
  for (const Column& column : data.table.columns) {
    if (column.kind != Column::Kind::kSet) continue;
    table.lines.push_back({column.name, absl::StrCat(column.images),
                           absl::StrCat(column.counted), column.fingerprint});
  }
  return ToHtml(table);
}

std::string EvaluationsTable(const PageData& data) {
  TextTable table{
      .title = "Evaluations",
      .lines = {{"method", "seed", "named by", "report", "precision",
                 "checkpoint", "checkpoint's fingerprint",
                 "evaluation's fingerprint"}}};
  for (const Evaluation& evaluation : data.evaluations) {
    const v1::EvalReport& report = evaluation.report;
    table.lines.push_back(
        {evaluation.method,
         evaluation.seed.has_value() ? absl::StrCat(*evaluation.seed) : "-",
         evaluation.named_by_file ? "file name" : "provenance or --reports",
         evaluation.path, report.precision(), report.checkpoint(),
         report.checkpoint_fingerprint(), report.fingerprint()});
  }
  return ToHtml(table);
}

// Where the directory that `entry` is of lies, as far as it is an input of one
// of the others.
absl::StatusOr<std::string> OutputOf(const v1::EvalReport& report,
                                     const v1::Manifest& entry) {
  for (const v1::Manifest& other : report.lineage()) {
    for (const v1::InputReference& input : other.inputs()) {
      ASSIGN_OR_RETURN(const std::optional<v1::Manifest> there,
                       PastEntry(JoinPath(input.path(), kProvenanceFile)));
      if (there.has_value() && there->fingerprint() == entry.fingerprint()) {
        return input.path();
      }
    }
  }
  return "OUTPUT";
}

// What was trained lies in a directory of the run's.
std::string RunOf(const std::string& checkpoint) {
  for (const char* part : {"/last", "/best"}) {
    if (absl::EndsWith(checkpoint, part)) return Dirname(checkpoint);
  }
  return checkpoint;
}

// Of the sets that `entry` read and that still lie there, those that they were
// made from first. What ingest read, its classes among it, is in no manifest:
// its sets are named only.
absl::Status AddSets(const v1::Manifest& entry, std::set<std::string>* seen,
                     std::vector<std::string>* commands) {
  for (const v1::InputReference& input : entry.inputs()) {
    ASSIGN_OR_RETURN(const std::optional<v1::Manifest> set,
                     PastSet(input.path()));
    if (!set.has_value() || set->content_fingerprint() != input.fingerprint() ||
        !seen->insert(input.fingerprint()).second) {
      continue;
    }
    RETURN_IF_ERROR(AddSets(*set, seen, commands));
    if (set->tool() == "ingest") {
      commands->push_back(absl::StrCat("# ", input.fingerprint(), "  ",
                                       input.path(), ", of ingest"));
    } else {
      commands->push_back(absl::StrCat("# ", set->fingerprint()));
      commands->push_back(RepeatCommand(*set, input.path()));
    }
  }
  return absl::OkStatus();
}

// From the oldest ancestor to the report itself, each after its fingerprint.
absl::StatusOr<std::vector<std::string>> Commands(
    const Evaluation& evaluation) {
  const v1::EvalReport& report = evaluation.report;
  std::vector<std::string> commands;
  std::set<std::string> seen;
  for (int i = report.lineage_size(); i-- > 0;) {
    const v1::Manifest& entry = report.lineage(i);
    std::string output = report.checkpoint();
    if (i > 0) {
      ASSIGN_OR_RETURN(output, OutputOf(report, entry));
    }
    RETURN_IF_ERROR(AddSets(entry, &seen, &commands));
    commands.push_back(absl::StrCat("# ", entry.fingerprint()));
    commands.push_back(RepeatCommand(entry, RunOf(output)));
  }
  // The entry of the report itself knows where its sets lay.
  ASSIGN_OR_RETURN(const std::optional<v1::Manifest> entry,
                   PastEntry(JoinPath(
                       Dirname(evaluation.path),
                       absl::StrCat(".", Basename(evaluation.path), ".work"))));
  const bool is_known =
      entry.has_value() && entry->fingerprint() == report.fingerprint();
  if (is_known) RETURN_IF_ERROR(AddSets(*entry, &seen, &commands));
  commands.push_back(absl::StrCat("# ", report.fingerprint()));
  commands.push_back(
      is_known ? RepeatCommand(*entry, evaluation.path)
               : absl::StrCat(
                     "eval --checkpoint=", ShellWord(report.checkpoint()),
                     " --precision=", report.precision(),
                     " --inputs=SETS --output=", ShellWord(evaluation.path)));
  return commands;
}

}  // namespace

absl::StatusOr<std::string> ProvenanceSection(const PageData& data) {
  std::string html = absl::StrCat(SetsTable(data), EvaluationsTable(data),
                                  "<h3>Commands</h3>\n");
  for (const Evaluation& evaluation : data.evaluations) {
    ASSIGN_OR_RETURN(const std::vector<std::string> commands,
                     Commands(evaluation));
    absl::StrAppend(
        &html, "<details><summary>", EscapeMarkup(evaluation.method),
        evaluation.seed.has_value() ? absl::StrCat(", seed ", *evaluation.seed)
                                    : "",
        "</summary>\n",
        evaluation.report.lineage().empty()
            ? "<p class=\"note\">Its report says nothing of how the checkpoint "
              "was made.</p>\n"
            : "",
        CodeBlock(commands), "</details>\n");
  }
  absl::StrAppend(&html, "<p>This page:</p>\n", CodeBlock({data.command}));
  std::vector<std::string> inputs;
  for (const RecordSet& set : data.pictures.all()) {
    inputs.push_back(
        absl::StrCat(set.manifest().content_fingerprint(), "  ", set.dir()));
  }
  for (const PredictionSet& set : data.predictions.sets()) {
    inputs.push_back(
        absl::StrCat(set.manifest.content_fingerprint(), "  ", set.dir));
  }
  for (const TrainingLog& training : data.trainings) {
    inputs.push_back(absl::StrCat(training.fingerprint, "  ", training.dir));
  }
  if (!inputs.empty()) {
    absl::StrAppend(&html,
                    "<details><summary>Records, predictions and trainings that "
                    "it shows</summary>\n",
                    CodeBlock(inputs), "</details>\n");
  }
  return html;
}

}  // namespace maskfill
