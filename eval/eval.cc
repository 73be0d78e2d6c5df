#include "eval/eval.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/metrics/model_fit.h"
#include "core/work/file.h"
#include "core/work/number_list.h"
#include "core/work/run_summary.h"
#include "core/work/work.h"
#include "eval/eval_predictions.h"
#include "eval/eval_report.h"
#include "eval/lineage.h"
#include "eval/model_source.h"
#include "eval/named_sets.h"
#include "eval/scoring.h"

namespace maskfill {
namespace {

using Models = std::vector<ModelSource>;

absl::Status CheckFits(absl::Span<const NamedSet> sets, const Models& models) {
  for (const ModelSource& model : models) {
    if (model.config.image_size != models[0].config.image_size) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", models[0].dir, "\" takes images of ",
          models[0].config.image_size, " px, \"", model.dir, "\" of ",
          model.config.image_size,
          " px; images are decoded once for all: evaluate them in two runs"));
    }
    for (const NamedSet& set : sets) {
      RETURN_IF_ERROR(
          Annotate(CheckFitsModel(set.records, model.config), set.name));
    }
  }
  return absl::OkStatus();
}

// Whether predictions that are stored will have what the report needs.
absl::Status CheckContents(const EvalOptions& options,
                           absl::Span<const NamedSet> sets) {
  ASSIGN_OR_RETURN(const std::vector<SetEvaluation> evaluations,
                   NewEvaluations(sets, options.id_sets));
  if (options.predictions.empty() || options.contents.logits) {
    return absl::OkStatus();
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    if (!evaluations[i].needs_logits()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "--id_sets asks for the accuracy of \"", sets[i].name,
        "\" among the classes of sets that have fewer, which predictions only "
        "tell with --prediction_contents=logits"));
  }
  return absl::OkStatus();
}

// Asks `models`, no more than models_at_once at a time.
absl::StatusOr<std::vector<SetReports>> Evaluate(
    const EvalOptions& options, absl::Span<const NamedSet> sets,
    absl::Span<const ModelSource> models, bool details) {
  const size_t group = static_cast<size_t>(options.models_at_once);
  std::vector<SetReports> reports;
  for (size_t begin = 0; begin < models.size(); begin += group) {
    Scoring scoring(options, sets, models.subspan(begin, group));
    ASSIGN_OR_RETURN(std::vector<SetReports> part, scoring.Evaluate(details));
    std::move(part.begin(), part.end(), std::back_inserter(reports));
  }
  return reports;
}

absl::StatusOr<bool> MakePredictions(const EvalOptions& options,
                                     absl::Span<const NamedSet> sets,
                                     absl::Span<const ModelSource> models) {
  const size_t group = static_cast<size_t>(options.models_at_once);
  bool already_done = true;
  for (size_t begin = 0; begin < models.size(); begin += group) {
    Scoring scoring(options, sets, models.subspan(begin, group));
    ASSIGN_OR_RETURN(const bool done, scoring.MakePredictions());
    already_done &= done;
  }
  return already_done;
}

void AddSets(const EvalOptions& options, absl::Span<const NamedSet> sets,
             Work* work) {
  if (!options.id_sets.empty()) {
    work->AddOption("id_sets", absl::StrJoin(options.id_sets, ","));
  }
  for (const NamedSet& set : sets) {
    work->AddInput(set.records.AsInput(set.name));
  }
}

absl::StatusOr<v1::EvalReport> ReportOf(const EvalOptions& options,
                                        const ModelSource& model,
                                        const v1::Manifest& made) {
  v1::EvalReport report = NewReport(made.fingerprint(), options.id_sets);
  report.set_checkpoint(model.dir);
  report.set_checkpoint_fingerprint(model.fingerprint);
  report.set_precision(ToString(options.compute.precision));
  ASSIGN_OR_RETURN(const std::vector<v1::Manifest> lineage,
                   LineageOf(model.dir, model.fingerprint));
  *report.mutable_lineage() = {lineage.begin(), lineage.end()};
  return report;
}

// Writes one report for each model. They are evaluated when all files are seen
// to be missing or to be replaced, and are locked: nothing is evaluated for a
// file that is refused.
class Reports {
 public:
  // All outlive it; `paths`: of each model's report.
  Reports(const EvalOptions& options, absl::Span<const NamedSet> sets,
          absl::Span<const ModelSource> models,
          absl::Span<const std::string> paths)
      : options_(options), sets_(sets), models_(models), paths_(paths) {}

  // True when all were there.
  absl::StatusOr<bool> Make() {
    RETURN_IF_ERROR(MakeFrom(0));
    return missing_.empty();
  }

 private:
  absl::Status MakeFrom(size_t m) {
    if (m == models_.size()) {
      if (missing_.empty()) return absl::OkStatus();
      ASSIGN_OR_RETURN(made_, Evaluate(options_, sets_, missing_, true));
      return absl::OkStatus();
    }
    RunOptions run = options_.run;
    run.output = paths_[m];
    if (!options_.checkpoints.empty()) run.summary_json.clear();
    Work work = models_[m].work;
    AddSets(options_, sets_, &work);
    bool is_missing = false;
    RETURN_IF_ERROR(
        MakeFile(run, work,
                 [&](AtomicFile& file, v1::Manifest* entry) -> absl::Status {
                   is_missing = true;
                   const size_t place = missing_.size();
                   missing_.push_back(models_[m]);
                   RETURN_IF_ERROR(MakeFrom(m + 1));
                   return Write(models_[m], made_[place], file, entry);
                 })
            .status());
    return is_missing ? absl::OkStatus() : MakeFrom(m + 1);
  }

  absl::Status Write(const ModelSource& model, const SetReports& sets,
                     AtomicFile& file, v1::Manifest* entry) {
    ASSIGN_OR_RETURN(v1::EvalReport report, ReportOf(options_, model, *entry));
    *report.mutable_sets() = {sets.begin(), sets.end()};
    return WriteReport(&report, file, entry);
  }

  const EvalOptions& options_;
  const absl::Span<const NamedSet> sets_;
  const absl::Span<const ModelSource> models_;
  const absl::Span<const std::string> paths_;
  Models missing_;
  std::vector<SetReports> made_;  // of missing_
};

// The report of one checkpoint, or those of several; true when all were there.
absl::StatusOr<bool> MakeReports(const EvalOptions& options,
                                 absl::Span<const NamedSet> sets,
                                 absl::Span<const ModelSource> models,
                                 absl::Span<const std::string> paths) {
  const size_t group = static_cast<size_t>(options.models_at_once);
  bool already_done = true;
  for (size_t begin = 0; begin < models.size(); begin += group) {
    Reports reports(options, sets, models.subspan(begin, group),
                    paths.subspan(begin, group));
    ASSIGN_OR_RETURN(const bool done, reports.Make());
    already_done &= done;
  }
  return already_done;
}

// The one report of a curve; true when it was there.
absl::StatusOr<bool> MakeCurve(const EvalOptions& options,
                               absl::Span<const NamedSet> sets,
                               absl::Span<const ModelSource> models) {
  Work work = models[0].work;
  work.options.clear();
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddOption("alphas", NumberListText(options.alphas));
  AddSets(options, sets, &work);
  ASSIGN_OR_RETURN(
      const WorkResult result,
      MakeFile(options.run, work,
               [&](AtomicFile& file, v1::Manifest* entry) -> absl::Status {
                 ASSIGN_OR_RETURN(const std::vector<SetReports> points,
                                  Evaluate(options, sets, models, false));
                 ASSIGN_OR_RETURN(v1::EvalReport report,
                                  ReportOf(options, models[0], *entry));
                 report.set_base_checkpoint(options.base_checkpoint);
                 report.set_base_checkpoint_fingerprint(
                     work.inputs[0].fingerprint());
                 for (size_t i = 0; i < points.size(); ++i) {
                   v1::CurvePoint* point = report.add_curve();
                   point->set_alpha(options.alphas[i]);
                   *point->mutable_sets() = {points[i].begin(),
                                             points[i].end()};
                 }
                 return WriteReport(&report, file, entry);
               }));
  return result.already_done;
}

absl::StatusOr<Models> OpenModels(const EvalOptions& options) {
  const std::string precision = ToString(options.compute.precision);
  if (!options.alphas.empty()) {
    return OpenCurve(options.base_checkpoint, options.checkpoint,
                     options.alphas, precision);
  }
  Models models;
  if (options.checkpoints.empty()) {
    ASSIGN_OR_RETURN(ModelSource model,
                     OpenModel("", options.checkpoint, precision));
    models.push_back(std::move(model));
  }
  for (const auto& [name, dir] : options.checkpoints) {
    ASSIGN_OR_RETURN(ModelSource model, OpenModel(name, dir, precision));
    models.push_back(std::move(model));
  }
  return models;
}

// Of each report.
std::vector<std::string> Paths(const EvalOptions& options) {
  if (options.checkpoints.empty()) return {options.run.output};
  std::vector<std::string> paths;
  for (const NamedCheckpoint& checkpoint : options.checkpoints) {
    paths.push_back(
        JoinPath(options.run.output, absl::StrCat(checkpoint.name, ".json")));
  }
  return paths;
}

absl::StatusOr<EvalStats> EvalModels(const EvalOptions& options) {
  ASSIGN_OR_RETURN(const Models models, OpenModels(options));
  ASSIGN_OR_RETURN(
      const std::vector<NamedSet> sets,
      Annotate(OpenNamedSets(options.inputs, "maskfill.v1.ImageRecord"),
               "--inputs"));
  RETURN_IF_ERROR(CheckFits(sets, models));
  RETURN_IF_ERROR(CheckContents(options, sets));
  const std::vector<std::string> paths = Paths(options);
  EvalStats stats;
  ASSIGN_OR_RETURN(stats.already_done,
                   options.alphas.empty()
                       ? MakeReports(options, sets, models, paths)
                       : MakeCurve(options, sets, models));
  // A finished report says nothing of predictions: they have their own ledger.
  // Of several reports some may have been finished.
  if (!options.predictions.empty() &&
      (stats.already_done || options.run.dry_run ||
       !options.checkpoints.empty())) {
    ASSIGN_OR_RETURN(const bool done, MakePredictions(options, sets, models));
    stats.already_done &= done;
  }
  if (options.run.dry_run) return stats;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(v1::EvalReport report, ReadEvalReport(path));
    stats.reports.push_back(std::move(report));
  }
  return stats;
}

// The summary of all reports together; of a single one MakeFile writes it.
absl::StatusOr<EvalStats> EvalSeveral(const EvalOptions& options) {
  const absl::Time start = absl::Now();
  RETURN_IF_ERROR(PrepareRunSummary(options.run));
  absl::StatusOr<EvalStats> stats = EvalModels(options);
  WorkResult all;
  Work work{.tool = "eval", .algorithm_version = kEvalVersion};
  if (stats.ok()) {
    all.already_done = stats->already_done;
    all.complete = !options.run.dry_run;
    for (size_t i = 0; i < stats->reports.size(); ++i) {
      work.AddInput(options.checkpoints[i].name, "",
                    stats->reports[i].fingerprint());
    }
  }
  all.manifest = PlanOf(work, "eval", "file");
  if (stats.ok()) {
    for (size_t i = 0; i < stats->reports.size(); ++i) {
      for (const v1::SetReport& set : stats->reports[i].sets()) {
        AddCounter(
            absl::StrCat("top1 ", options.checkpoints[i].name, " ", set.name()),
            set.top1(), &all.manifest);
      }
    }
  }
  all.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RETURN_IF_ERROR(WriteRunSummary(options.run, all, stats.status()));
  return stats;
}

std::string TextOf(const EvalOptions& options,
                   const std::vector<v1::EvalReport>& reports) {
  if (!options.from_predictions.empty()) {
    return absl::StrCat(EvalTable(reports[0]), "\n", DetailTable(reports[0]));
  }
  if (!options.alphas.empty()) return CurveTable(reports[0]);
  if (options.checkpoints.empty()) return EvalTable(reports[0]);
  std::vector<std::string> names;
  for (const NamedCheckpoint& checkpoint : options.checkpoints) {
    names.push_back(checkpoint.name);
  }
  return ComparisonTable(names, reports);
}

}  // namespace

absl::StatusOr<EvalStats> Eval(const EvalOptions& options) {
  ASSIGN_OR_RETURN(EvalStats stats,
                   !options.from_predictions.empty() ? EvalPredictions(options)
                   : !options.checkpoints.empty()    ? EvalSeveral(options)
                                                     : EvalModels(options));
  if (!stats.reports.empty()) stats.text = TextOf(options, stats.reports);
  return stats;
}

}  // namespace maskfill
