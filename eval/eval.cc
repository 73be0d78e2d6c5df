#include "eval/eval.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/ordered_parallel.h"
#include "core/base/progress.h"
#include "core/base/status_macros.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/model_fit.h"
#include "core/metrics/score_set.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/model/torch_status.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "eval/eval_report.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// An input and the name under which it is reported.
struct NamedSet {
  std::string name;
  RecordSet images;
};

// Where two sets have one name (train and val of the same data), the split is
// added.
absl::StatusOr<std::vector<NamedSet>> OpenSets(const EvalOptions& options) {
  std::vector<NamedSet> sets;
  std::map<std::string, int> uses;
  for (const std::string& dir : options.inputs) {
    ASSIGN_OR_RETURN(RecordSet images,
                     RecordSet::Open(dir, "maskfill.v1.ImageRecord"));
    std::string name = images.manifest().dataset().name();
    if (name.empty()) name = images.manifest().name();
    ++uses[name];
    sets.push_back({std::move(name), std::move(images)});
  }
  std::map<std::string, std::string> dirs;
  for (NamedSet& set : sets) {
    const std::string& split = set.images.manifest().dataset().split();
    if (uses[set.name] > 1 && !split.empty()) {
      absl::StrAppend(&set.name, "-", split);
    }
    const auto [other, added] = dirs.try_emplace(set.name, set.images.dir());
    if (!added) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--inputs: \"", other->second, "\" and \"", set.images.dir(),
          "\" are both named \"", set.name,
          "\"; give each set once, or ingest one of them with another --name"));
    }
  }
  return sets;
}

Work EvalWork(const EvalOptions& options, const CheckpointFile& checkpoint) {
  Work work{.tool = "eval", .algorithm_version = kScoringVersion};
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddInput("checkpoint", checkpoint.dir(), checkpoint.fingerprint());
  return work;
}

// The sums of a shard as counters of its predictions: those of finished shards
// need not be computed again.
void AddCounters(const AccuracySums& sums, ShardSink& sink) {
  sink.AddCounter("images", static_cast<double>(sums.images));
  sink.AddCounter("counted", static_cast<double>(sums.counted));
  sink.AddCounter("top1_right", static_cast<double>(sums.top1_right));
  sink.AddCounter("top5_right", static_cast<double>(sums.top5_right));
  sink.AddCounter("loss_sum", sums.loss_sum);
}

AccuracySums SumsFromCounters(const v1::Manifest& manifest) {
  const auto count = [&manifest](const char* name) {
    return static_cast<int64_t>(CounterOf(manifest, name));
  };
  AccuracySums sums;
  sums.images = count("images");
  sums.counted = count("counted");
  sums.top1_right = count("top1_right");
  sums.top5_right = count("top5_right");
  sums.loss_sum = CounterOf(manifest, "loss_sum");
  return sums;
}

// The checkpoint, loaded when the first image is to be scored.
class Evaluation {
 public:
  Evaluation(const EvalOptions& options, const std::vector<NamedSet>& sets,
             const CheckpointFile& checkpoint)
      : options_(options),
        sets_(sets),
        checkpoint_(checkpoint),
        num_threads_(ResolveNumThreads(options.run.num_threads)) {}

  // Fills the report from its sets on.
  absl::Status MakeReport(v1::EvalReport* report);
  // Makes the predictions of a set where they are missing.
  absl::StatusOr<WorkResult> MakePredictions(const NamedSet& set);

 private:
  absl::Status Load();
  absl::StatusOr<AccuracySums> Score(const NamedSet& set);
  ScoreOptions score_options() const {
    return {.batch_size = options_.compute.batch_size,
            .num_threads = num_threads_,
            .progress = progress_.get()};
  }

  const EvalOptions& options_;
  const std::vector<NamedSet>& sets_;
  const CheckpointFile& checkpoint_;
  const int num_threads_;
  std::unique_ptr<Progress> progress_;  // of all sets
  std::optional<ImageClassifier> classifier_;
};

absl::Status Evaluation::Load() {
  if (classifier_.has_value()) return absl::OkStatus();
  at::set_num_threads(num_threads_);
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, checkpoint_.Load());
  ASSIGN_OR_RETURN(classifier_, CatchTorch([&] {
                     return ImageClassifier::FromCheckpoint(
                         checkpoint, options_.compute.device,
                         options_.compute.precision);
                   }));
  return absl::OkStatus();
}

absl::StatusOr<WorkResult> Evaluation::MakePredictions(const NamedSet& set) {
  ShardSpec spec;
  spec.work = EvalWork(options_, checkpoint_);
  spec.work.AddInput(set.images.AsInput("images"));
  spec.record_type = "maskfill.v1.PredictionRecord";
  spec.name = set.images.manifest().name();
  spec.num_shards = set.images.num_shards();
  spec.dataset = set.images.manifest().dataset();
  spec.total_records = set.images.num_records();
  RunOptions run = options_.run;
  run.output = JoinPath(options_.predictions, set.name);
  run.progress = ProgressMode::kNone;  // there is one for all sets
  run.summary_json.clear();
  return MakeShards(
      run, spec, [&](int64_t shard, ShardSink& sink) -> absl::Status {
        RETURN_IF_ERROR(Load());
        ASSIGN_OR_RETURN(
            const AccuracySums sums,
            ScoreShard(*classifier_, set.images, shard, score_options(),
                       [&sink](const v1::PredictionRecord& record) {
                         return sink.Append(record);
                       }));
        AddCounters(sums, sink);
        return absl::OkStatus();
      });
}

absl::StatusOr<AccuracySums> Evaluation::Score(const NamedSet& set) {
  if (options_.predictions.empty()) {
    RETURN_IF_ERROR(Load());
    return ScoreSet(*classifier_, set.images, score_options());
  }
  ASSIGN_OR_RETURN(const WorkResult result, MakePredictions(set));
  const AccuracySums sums = SumsFromCounters(result.manifest);
  RETURN_IF_ERROR(CheckCounted(set.images, sums));
  return sums;
}

absl::Status Evaluation::MakeReport(v1::EvalReport* report) {
  report->set_schema_version(1);
  report->set_tool_version(kToolVersion);
  report->set_checkpoint(options_.checkpoint);
  report->set_checkpoint_fingerprint(checkpoint_.fingerprint());
  report->set_precision(ToString(options_.compute.precision));
  int64_t total = 0;
  for (const NamedSet& set : sets_) total += set.images.num_records();
  progress_ = std::make_unique<Progress>(options_.run.progress, "eval",
                                         "images", total);
  double mean = 0;
  for (const NamedSet& set : sets_) {
    progress_->SetDetail(set.name);
    const absl::Time start = absl::Now();
    ASSIGN_OR_RETURN(const AccuracySums sums, Annotate(Score(set), set.name));
    v1::SetReport* entry = report->add_sets();
    entry->set_name(set.name);
    entry->set_split(set.images.manifest().dataset().split());
    entry->set_fingerprint(set.images.manifest().content_fingerprint());
    entry->set_images(sums.images);
    entry->set_counted(sums.counted);
    entry->set_top1(sums.Top1());
    entry->set_top5(sums.Top5());
    entry->set_loss(sums.Loss());
    entry->set_seconds(absl::ToDoubleSeconds(absl::Now() - start));
    mean += sums.Top1() / static_cast<double>(sets_.size());
  }
  report->set_mean_top1(mean);
  progress_.reset();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EvalStats> Eval(const EvalOptions& options) {
  ASSIGN_OR_RETURN(const CheckpointFile checkpoint,
                   CheckpointFile::Open(options.checkpoint));
  ASSIGN_OR_RETURN(const std::vector<NamedSet> sets, OpenSets(options));
  for (const NamedSet& set : sets) {
    RETURN_IF_ERROR(
        Annotate(CheckFitsModel(set.images, checkpoint.config()), set.name));
  }
  Work work = EvalWork(options, checkpoint);
  for (const NamedSet& set : sets) {
    work.AddInput(set.images.AsInput(set.name));
  }
  Evaluation evaluation(options, sets, checkpoint);
  ASSIGN_OR_RETURN(
      const WorkResult result,
      MakeFile(
          options.run, work,
          [&](AtomicFile& file, v1::Manifest* made) -> absl::Status {
            v1::EvalReport report;
            report.set_fingerprint(made->fingerprint());
            RETURN_IF_ERROR(evaluation.MakeReport(&report));
            for (const v1::SetReport& set : report.sets()) {
              AddCounter(absl::StrCat("top1 ", set.name()), set.top1(), made);
            }
            ASSIGN_OR_RETURN(const std::string json, EvalReportJson(report));
            return file.Append(json);
          }));
  EvalStats stats;
  stats.already_done = result.already_done;
  // A finished report says nothing of predictions: they have their own ledger.
  if (!options.predictions.empty() &&
      (result.already_done || options.run.dry_run)) {
    for (const NamedSet& set : sets) {
      ASSIGN_OR_RETURN(const WorkResult predictions,
                       Annotate(evaluation.MakePredictions(set), set.name));
      stats.already_done &= predictions.already_done;
    }
  }
  if (options.run.dry_run) return stats;
  ASSIGN_OR_RETURN(stats.report, ReadEvalReport(options.run.output));
  stats.text = EvalTable(stats.report);
  return stats;
}

}  // namespace maskfill
