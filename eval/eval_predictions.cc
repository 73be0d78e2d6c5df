#include "eval/eval_predictions.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/manifest_text.h"
#include "core/work/file.h"
#include "core/work/work.h"
#include "eval/eval_report.h"
#include "eval/lineage.h"
#include "eval/named_sets.h"
#include "eval/scaled_predictions.h"

namespace maskfill {
namespace {

using Classes = std::vector<int64_t>;

// Whether `dir` holds a finished set; an error where that cannot be told.
absl::StatusOr<bool> IsSet(const std::string& dir) {
  const absl::Status status = FindManifest(dir).status();
  if (absl::IsUnavailable(status)) return status;
  return status.ok();
}

// `dir`, if it is a set, or the sets in it.
absl::StatusOr<std::vector<std::string>> SetDirs(const std::string& dir) {
  ASSIGN_OR_RETURN(const bool is_set, IsSet(dir));
  if (is_set) return std::vector<std::string>{dir};
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  std::vector<std::string> dirs;
  for (const std::string& name : names) {
    const std::string path = JoinPath(dir, name);
    ASSIGN_OR_RETURN(const bool is_directory, FindDirectory(path));
    if (!is_directory) continue;
    ASSIGN_OR_RETURN(const bool is_one, IsSet(path));
    if (is_one) dirs.push_back(path);
  }
  if (!dirs.empty()) return dirs;
  return absl::NotFoundError(
      absl::StrCat("\"", dir,
                   "\" holds no finished predictions, expected a directory "
                   "that eval --predictions filled; those of several models "
                   "lie in one directory each"));
}

// The numbers of classes that are given by number or key.
absl::StatusOr<Classes> ParseClasses(const std::vector<std::string>& texts,
                                     const v1::DatasetInfo& dataset) {
  Classes classes;
  for (const std::string& text : texts) {
    const auto& keys = dataset.class_keys();
    const auto key = std::find(keys.begin(), keys.end(), text);
    int64_t number = key - keys.begin();
    if (key == keys.end() && (!absl::SimpleAtoi(text, &number) || number < 0 ||
                              (!keys.empty() && number >= keys.size()))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--only_classes: \"", text, "\" is neither the key nor the number (",
          keys.empty() ? "0 and more" : absl::StrCat("0 to ", keys.size() - 1),
          ") of a class"));
    }
    classes.push_back(number);
  }
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  return classes;
}

class PredictionEvaluation {
 public:
  explicit PredictionEvaluation(const EvalOptions& options)
      : options_(options) {}

  absl::Status Open();
  Work ToWork() const;
  absl::Status FillReport(v1::EvalReport* report) const;

 private:
  absl::StatusOr<StoredPredictions> PredictionsOf(size_t set) const;
  absl::StatusOr<ScaledPredictions> ReadScaled(size_t set) const;
  std::string FingerprintOf(size_t set) const;
  absl::Status FillModels(v1::EvalReport* report) const;
  std::optional<size_t> FindSet(const std::string& name) const;
  v1::EvaluatedModel ModelOf(size_t member) const;

  const EvalOptions& options_;
  std::vector<std::vector<NamedSet>> members_;  // of each, the same sets
  Classes only_;
  std::vector<SetEvaluation> nothing_seen_;  // of each set
};

absl::Status PredictionEvaluation::Open() {
  if ((options_.from_predictions.size() > 1) !=
      (options_.ensemble != Ensemble::kNone)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--ensemble is ", ToString(options_.ensemble),
        " and --from_predictions names ", options_.from_predictions.size(),
        "; several models answer as an ensemble of logits or probabilities, "
        "one as none"));
  }
  for (const std::string& dir : options_.from_predictions) {
    ASSIGN_OR_RETURN(const std::vector<std::string> dirs,
                     Annotate(SetDirs(dir), "--from_predictions"));
    ASSIGN_OR_RETURN(
        std::vector<NamedSet> sets,
        Annotate(OpenNamedSets(dirs, "maskfill.v1.PredictionRecord"),
                 "--from_predictions"));
    const auto same_name = [](const NamedSet& a, const NamedSet& b) {
      return a.name == b.name;
    };
    members_.push_back(std::move(sets));
    if (!std::equal(members_[0].begin(), members_[0].end(),
                    members_.back().begin(), members_.back().end(),
                    same_name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", options_.from_predictions[0], "\" and \"", dir,
          "\" hold predictions for other sets; an ensemble needs the same"));
    }
  }
  ASSIGN_OR_RETURN(only_,
                   ParseClasses(options_.only_classes,
                                members_[0][0].records.manifest().dataset()));
  ASSIGN_OR_RETURN(nothing_seen_,
                   NewEvaluations(members_[0], options_.id_sets, only_));
  if (!options_.fit_temperature_on.empty() &&
      !FindSet(options_.fit_temperature_on).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--fit_temperature_on: there is no set \"",
                     options_.fit_temperature_on, "\""));
  }
  return absl::OkStatus();
}

Work PredictionEvaluation::ToWork() const {
  Work work{.tool = "eval", .algorithm_version = kEvalVersion};
  const auto add = [&work](const char* name, const std::string& value) {
    if (!value.empty()) work.AddOption(name, value);
  };
  add("only_classes", absl::StrJoin(only_, ","));
  add("only_groups", absl::StrJoin(options_.only_groups, ","));
  add("id_sets", absl::StrJoin(options_.id_sets, ","));
  add("fit_temperature_on", options_.fit_temperature_on);
  work.AddOption("ensemble", ToString(options_.ensemble));
  for (size_t m = 0; m < members_.size(); ++m) {
    for (const NamedSet& set : members_[m]) {
      work.AddInput(set.records.AsInput(
          absl::StrCat("predictions_", m + 1, " ", set.name)));
    }
  }
  return work;
}

std::optional<size_t> PredictionEvaluation::FindSet(
    const std::string& name) const {
  for (size_t i = 0; i < members_[0].size(); ++i) {
    if (members_[0][i].name == name) return i;
  }
  return std::nullopt;
}

absl::StatusOr<StoredPredictions> PredictionEvaluation::PredictionsOf(
    size_t set) const {
  std::vector<RecordSet> members;
  for (const auto& sets : members_) members.push_back(sets[set].records);
  PredictionView view;
  view.ensemble = options_.ensemble;
  view.groups = options_.only_groups;
  if (!only_.empty()) {
    const auto& allowed = nothing_seen_[set].dataset().allowed_classes();
    view.classes = Classes(allowed.begin(), allowed.end());
  }
  return StoredPredictions::Create(std::move(members), std::move(view));
}

absl::StatusOr<ScaledPredictions> PredictionEvaluation::ReadScaled(
    size_t set) const {
  ASSIGN_OR_RETURN(const StoredPredictions predictions, PredictionsOf(set));
  return ScaledPredictions::Read(predictions, nothing_seen_[set].dataset(),
                                 options_.run.num_threads);
}

std::string PredictionEvaluation::FingerprintOf(size_t set) const {
  const v1::Manifest& manifest = members_[0][set].records.manifest();
  const std::string images = FindInput(manifest, "images")->fingerprint();
  if (only_.empty() && options_.only_groups.empty()) return images;
  // Numbers of a part of the images never stand beside those of all.
  return Sha256Hex(absl::StrCat("maskfill.part.1:", images, ":",
                                absl::StrJoin(only_, ","), ":",
                                absl::StrJoin(options_.only_groups, ",")));
}

v1::EvaluatedModel PredictionEvaluation::ModelOf(size_t member) const {
  v1::EvaluatedModel model;
  const v1::Manifest& manifest = members_[member][0].records.manifest();
  if (const auto* checkpoint = FindInput(manifest, "checkpoint")) {
    model.set_checkpoint(checkpoint->path());
    model.set_checkpoint_fingerprint(checkpoint->fingerprint());
  }
  model.set_precision(OptionOf(manifest, "precision"));
  double alpha = 1;
  const std::string text = OptionOf(manifest, "alpha");
  if (text.empty() || absl::SimpleAtod(text, &alpha)) model.set_alpha(alpha);
  model.set_predictions(options_.from_predictions[member]);
  for (const NamedSet& set : members_[member]) {
    model.add_prediction_fingerprints(
        set.records.manifest().content_fingerprint());
  }
  return model;
}

absl::Status PredictionEvaluation::FillModels(v1::EvalReport* report) const {
  for (size_t m = 0; m < members_.size(); ++m) {
    *report->add_models() = ModelOf(m);
  }
  report->set_precision(report->models(0).precision());
  if (members_.size() > 1) {
    report->set_ensemble(ToString(options_.ensemble));
    return absl::OkStatus();
  }
  const v1::EvaluatedModel& model = report->models(0);
  report->set_checkpoint(model.checkpoint());
  report->set_checkpoint_fingerprint(model.checkpoint_fingerprint());
  ASSIGN_OR_RETURN(
      const std::vector<v1::Manifest> lineage,
      LineageOf(model.checkpoint(), model.checkpoint_fingerprint()));
  *report->mutable_lineage() = {lineage.begin(), lineage.end()};
  return absl::OkStatus();
}

absl::Status PredictionEvaluation::FillReport(v1::EvalReport* report) const {
  RETURN_IF_ERROR(FillModels(report));
  const std::optional<size_t> fitted_on = FindSet(options_.fit_temperature_on);
  std::optional<ScaledPredictions> fitted;  // that set
  double temperature = 1;
  if (fitted_on.has_value()) {
    ASSIGN_OR_RETURN(fitted, ReadScaled(*fitted_on));
    ASSIGN_OR_RETURN(temperature,
                     Annotate(fitted->FitTemperature(),
                              absl::StrCat("--fit_temperature_on=",
                                           options_.fit_temperature_on)));
  }
  for (size_t i = 0; i < members_[0].size(); ++i) {
    const absl::Time start = absl::Now();
    ASSIGN_OR_RETURN(const StoredPredictions predictions, PredictionsOf(i));
    ASSIGN_OR_RETURN(const SetEvaluation evaluation,
                     EvaluatePredictions(predictions, nothing_seen_[i],
                                         options_.run.num_threads));
    const std::string& name = members_[0][i].name;
    if (evaluation.sums().images == 0 && !options_.only_groups.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "no image of the set \"", name,
          "\" is of --only_groups=", absl::StrJoin(options_.only_groups, ","),
          "; the report without it lists the groups of each set"));
    }
    if (evaluation.sums().counted == 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          "none of the ", evaluation.sums().images, " images of the set \"",
          name, "\" that are looked at has a label among its classes"));
    }
    v1::SetReport* entry = report->add_sets();
    entry->set_name(name);
    entry->set_fingerprint(FingerprintOf(i));
    evaluation.FillReport(true, entry);
    if (i == fitted_on) {
      *entry->mutable_scaled() = fitted->At(temperature);
    } else if (fitted_on.has_value()) {
      ASSIGN_OR_RETURN(const ScaledPredictions scaled, ReadScaled(i));
      *entry->mutable_scaled() = scaled.At(temperature);
    }
    if (fitted_on.has_value()) {
      entry->mutable_scaled()->set_fitted_on(options_.fit_temperature_on);
    }
    entry->set_seconds(absl::ToDoubleSeconds(absl::Now() - start));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EvalStats> EvalPredictions(const EvalOptions& options) {
  PredictionEvaluation evaluation(options);
  RETURN_IF_ERROR(evaluation.Open());
  ASSIGN_OR_RETURN(
      const WorkResult result,
      MakeFile(options.run, evaluation.ToWork(),
               [&](AtomicFile& file, v1::Manifest* entry) -> absl::Status {
                 v1::EvalReport report =
                     NewReport(entry->fingerprint(), options.id_sets);
                 RETURN_IF_ERROR(evaluation.FillReport(&report));
                 return WriteReport(&report, file, entry);
               }));
  EvalStats stats;
  stats.already_done = result.already_done;
  if (options.run.dry_run) return stats;
  ASSIGN_OR_RETURN(v1::EvalReport report, ReadEvalReport(options.run.output));
  stats.reports.push_back(std::move(report));
  return stats;
}

}  // namespace maskfill
