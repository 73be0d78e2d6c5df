#include "eval/scoring.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/freed_memory.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/metrics/prediction.h"
#include "core/model/device.h"
#include "core/model/torch_status.h"
#include "core/work/shards.h"
#include "eval/stored_predictions.h"

namespace maskfill {
namespace {

// For people and scripts that look at a manifest alone.
void AddCounters(const AccuracySums& sums, ShardSink& sink) {
  sink.AddCounter("images", static_cast<double>(sums.images));
  sink.AddCounter("counted", static_cast<double>(sums.counted));
  sink.AddCounter("top1_right", static_cast<double>(sums.top1_right));
  sink.AddCounter("top5_right", static_cast<double>(sums.top5_right));
  sink.AddCounter("loss_sum", sums.loss_sum);
}

absl::Status AppendAll(const PredictionList& predictions, ShardSink& sink) {
  AccuracySums sums;
  for (const v1::PredictionRecord& prediction : predictions) {
    sums.Merge(SumsOf(prediction));
    RETURN_IF_ERROR(sink.Append(prediction));
  }
  AddCounters(sums, sink);
  return absl::OkStatus();
}

std::string ContentsText(const PredictionContents& contents) {
  std::vector<std::string> names;
  if (contents.features) names.push_back("features");
  if (contents.logits) names.push_back("logits");
  return absl::StrJoin(names, ",");
}

}  // namespace

Scoring::Scoring(const EvalOptions& options, absl::Span<const NamedSet> sets,
                 absl::Span<const ModelSource> models)
    : options_(options),
      sets_(sets),
      models_(models),
      num_threads_(ResolveNumThreads(options.run.num_threads)) {}

ScoreOptions Scoring::score_options() const {
  return {.batch_size = options_.compute.batch_size,
          .num_threads = num_threads_,
          .progress = progress_.get()};
}

absl::Status Scoring::Load() {
  if (!classifiers_.empty()) return absl::OkStatus();
  SetUpCompute(options_.compute.precision, num_threads_);
  KeepFreedMemory();
  for (const ModelSource& model : models_) {
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, model.load());
    ASSIGN_OR_RETURN(ImageClassifier classifier, CatchTorch([&] {
                       return ImageClassifier::FromCheckpoint(
                           checkpoint, options_.compute.device,
                           options_.compute.precision);
                     }));
    classifiers_.push_back(std::move(classifier));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SetReports>> Scoring::Evaluate(bool details) {
  ASSIGN_OR_RETURN(const std::vector<SetEvaluation> nothing_seen,
                   NewEvaluations(sets_, options_.id_sets));
  int64_t total = 0;
  for (const NamedSet& set : sets_) total += set.records.num_records();
  progress_ = std::make_unique<Progress>(options_.run.progress, "eval",
                                         "images", total);
  std::vector<SetReports> reports(models_.size());
  for (size_t i = 0; i < sets_.size(); ++i) {
    const NamedSet& set = sets_[i];
    progress_->SetDetail(set.name);
    const absl::Time start = absl::Now();
    ASSIGN_OR_RETURN(const std::vector<SetEvaluation> evaluations,
                     Annotate(EvaluateSet(set, nothing_seen[i]), set.name));
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start) /
                           static_cast<double>(models_.size());
    for (size_t m = 0; m < models_.size(); ++m) {
      RETURN_IF_ERROR(CheckCounted(set.records, evaluations[m].sums()));
      v1::SetReport& report = reports[m].emplace_back();
      report.set_name(set.name);
      report.set_fingerprint(set.records.manifest().content_fingerprint());
      report.set_seconds(seconds);
      evaluations[m].FillReport(details, &report);
    }
  }
  progress_.reset();
  return reports;
}

absl::StatusOr<bool> Scoring::MakePredictions() {
  bool already_done = true;
  for (const NamedSet& set : sets_) {
    ASSIGN_OR_RETURN(const bool done,
                     Annotate(MakePredictionsOf(set), set.name));
    already_done &= done;
  }
  return already_done;
}

absl::StatusOr<std::vector<SetEvaluation>> Scoring::EvaluateSet(
    const NamedSet& set, const SetEvaluation& nothing_seen) {
  if (options_.predictions.empty()) return Predict(set, nothing_seen);
  RETURN_IF_ERROR(MakePredictionsOf(set).status());
  std::vector<SetEvaluation> evaluations;
  for (const ModelSource& model : models_) {
    ASSIGN_OR_RETURN(RecordSet stored,
                     RecordSet::Open(PredictionsDir(model, set),
                                     "maskfill.v1.PredictionRecord"));
    ASSIGN_OR_RETURN(const StoredPredictions predictions,
                     StoredPredictions::Create({std::move(stored)}, {}));
    ASSIGN_OR_RETURN(
        SetEvaluation evaluation,
        EvaluatePredictions(predictions, nothing_seen, num_threads_));
    evaluations.push_back(std::move(evaluation));
  }
  return evaluations;
}

absl::StatusOr<std::vector<SetEvaluation>> Scoring::Predict(
    const NamedSet& set, const SetEvaluation& nothing_seen) {
  RETURN_IF_ERROR(Load());
  const std::vector<SetEvaluation> nothing(models_.size(), nothing_seen);
  std::vector<SetEvaluation> all = nothing;
  for (int64_t shard = 0; shard < set.records.num_shards(); ++shard) {
    std::vector<SetEvaluation> part = nothing;
    RETURN_IF_ERROR(PredictShard(
        classifiers_, set.records, shard, score_options(),
        {.logits = nothing_seen.needs_logits()},
        [&part](size_t model, const v1::PredictionRecord& prediction) {
          return part[model].Add(prediction);
        }));
    for (size_t m = 0; m < all.size(); ++m) all[m].Merge(part[m]);
  }
  return all;
}

std::string Scoring::PredictionsDir(const ModelSource& model,
                                    const NamedSet& set) const {
  return JoinPath(JoinPath(options_.predictions, model.name), set.name);
}

absl::StatusOr<bool> Scoring::MakePredictionsOf(const NamedSet& set) {
  RunOptions run = options_.run;
  run.progress = ProgressMode::kNone;  // there is one for all sets
  run.summary_json.clear();
  // By shard: what later models said when an earlier one was asked.
  std::vector<std::map<int64_t, PredictionList>> said(models_.size());
  bool already_done = true;
  for (size_t m = 0; m < models_.size(); ++m) {
    ShardSpec spec = ShardsLike(set.records, "maskfill.v1.PredictionRecord");
    spec.work = models_[m].work;
    const std::string contents = ContentsText(options_.contents);
    if (!contents.empty()) spec.work.AddOption("contents", contents);
    spec.work.AddInput(set.records.AsInput("images"));
    run.output = PredictionsDir(models_[m], set);
    const auto make_shard = [&](int64_t shard,
                                ShardSink& sink) -> absl::Status {
      if (said[m].count(shard) == 0) {
        RETURN_IF_ERROR(Load());
        const auto asked = absl::MakeConstSpan(classifiers_).subspan(m);
        for (size_t i = m; i < models_.size(); ++i) said[i][shard].clear();
        RETURN_IF_ERROR(PredictShard(
            asked, set.records, shard, score_options(), options_.contents,
            [&](size_t model, v1::PredictionRecord prediction) {
              said[m + model][shard].push_back(std::move(prediction));
              return absl::OkStatus();
            }));
      }
      return AppendAll(said[m].extract(shard).mapped(), sink);
    };
    ASSIGN_OR_RETURN(const WorkResult result,
                     MakeShards(run, spec, make_shard));
    already_done &= result.already_done;
    said[m].clear();
  }
  return already_done;
}

}  // namespace maskfill
