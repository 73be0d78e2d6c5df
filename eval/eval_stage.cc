#include "eval/eval_stage.h"

#include <cstdint>
#include <map>
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
#include "core/base/progress.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/model/torch_status.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/stage/ordered_parallel.h"
#include "core/stage/sharded_stage.h"
#include "core/stage/stage_summary.h"
#include "eval/accuracy.h"
#include "eval/eval_report.h"
#include "eval/scorer.h"
#include "glog/logging.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// An input and the name under which it is reported.
struct NamedSet {
  std::string name;
  RecordSet images;
};

absl::Status CheckFits(const RecordSet& images, const ModelConfig& config) {
  const v1::DatasetInfo& dataset = images.manifest().dataset();
  if (dataset.class_keys_size() != 0 &&
      dataset.class_keys_size() != config.num_classes) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", images.dir(), "\" has ", dataset.class_keys_size(),
        " classes, but the checkpoint's head has ", config.num_classes,
        " rows; use a head made for these classes (build_zeroshot)"));
  }
  if (dataset.image_size() != 0 && dataset.image_size() != config.image_size) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", images.dir(), "\" holds pixels preprocessed to ",
        dataset.image_size(), " px, but the checkpoint takes ",
        config.image_size, " px; ingest the images again with --image_size=",
        config.image_size, ", or with --pixels=original"));
  }
  return AccuracyMeter::Create(config.num_classes, dataset.allowed_classes())
      .status();
}

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

// The report with all that is known before any image is looked at.
absl::StatusOr<v1::EvalReport> PlanReport(const EvalOptions& options,
                                          const std::vector<NamedSet>& sets) {
  v1::EvalReport report;
  report.set_schema_version(1);
  report.set_tool_version(kToolVersion);
  report.set_checkpoint(options.checkpoint);
  ASSIGN_OR_RETURN(*report.mutable_checkpoint_fingerprint(),
                   CheckpointFingerprint(options.checkpoint));
  report.set_precision(ToString(options.compute.precision));
  for (const NamedSet& set : sets) {
    v1::SetReport* entry = report.add_sets();
    entry->set_name(set.name);
    entry->set_split(set.images.manifest().dataset().split());
    entry->set_fingerprint(set.images.manifest().content_fingerprint());
    entry->set_images(set.images.num_records());
  }
  report.set_fingerprint(ReportFingerprint(report));
  return report;
}

std::string PlanText(const EvalOptions& options, const v1::EvalReport& report) {
  std::string text = absl::StrCat(
      "eval ", report.tool_version(),
      ", dry run: nothing is written\noutput: ", options.stage.output,
      "\nfingerprint: ", report.fingerprint(),
      "\noption: precision=", report.precision(), "\ninput: checkpoint ",
      report.checkpoint_fingerprint(), " (", report.checkpoint(), ")\n");
  for (int i = 0; i < report.sets_size(); ++i) {
    const v1::SetReport& set = report.sets(i);
    absl::StrAppend(&text, "input: ", set.name(), " ", set.fingerprint(), " (",
                    options.inputs[static_cast<size_t>(i)], "), ", set.images(),
                    " images\n");
  }
  return text;
}

std::string PredictionsDir(const EvalOptions& options, const NamedSet& set) {
  return JoinPath(options.predictions, set.name);
}

// The report that is there, when it and the predictions are what is asked for.
absl::StatusOr<std::optional<v1::EvalReport>> FinishedReport(
    const EvalOptions& options, const v1::EvalReport& plan,
    const std::vector<NamedSet>& sets) {
  const std::string& path = options.stage.output;
  if (options.stage.overwrite || !PathExists(path)) {
    return std::optional<v1::EvalReport>();
  }
  const absl::StatusOr<v1::EvalReport> found = ReadEvalReport(path);
  if (!found.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--output exists: ", found.status().message(),
        "; choose another --output, or give --overwrite to replace it"));
  }
  RETURN_IF_ERROR(CheckSameEvaluation(plan, *found, path));
  if (!options.predictions.empty()) {
    for (const NamedSet& set : sets) {
      if (!FindManifest(PredictionsDir(options, set)).ok()) {
        return std::optional<v1::EvalReport>();
      }
    }
  }
  return std::optional<v1::EvalReport>(*found);
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
  AccuracySums sums;
  for (const v1::Counter& counter : manifest.counters()) {
    const int64_t count = static_cast<int64_t>(counter.value());
    if (counter.name() == "images") sums.images = count;
    if (counter.name() == "counted") sums.counted = count;
    if (counter.name() == "top1_right") sums.top1_right = count;
    if (counter.name() == "top5_right") sums.top5_right = count;
    if (counter.name() == "loss_sum") sums.loss_sum = counter.value();
  }
  return sums;
}

StageSpec PredictionsSpec(const EvalOptions& options,
                          const v1::EvalReport& report, const NamedSet& set) {
  StageSpec spec;
  spec.tool = "eval";
  spec.record_type = "maskfill.v1.PredictionRecord";
  spec.name = set.images.manifest().name();
  spec.num_shards = set.images.num_shards();
  v1::Option& precision = spec.options.emplace_back();
  precision.set_name("precision");
  precision.set_value(report.precision());
  spec.inputs.push_back(set.images.AsInput("images"));
  v1::InputReference& checkpoint = spec.inputs.emplace_back();
  checkpoint.set_role("checkpoint");
  checkpoint.set_path(options.checkpoint);
  checkpoint.set_fingerprint(report.checkpoint_fingerprint());
  spec.dataset = set.images.manifest().dataset();
  spec.total_records = set.images.num_records();
  return spec;
}

absl::StatusOr<AccuracySums> ScoreSet(const EvalOptions& options,
                                      const v1::EvalReport& report,
                                      const NamedSet& set, Scorer& scorer) {
  if (options.predictions.empty()) {
    AccuracySums sums;
    for (int64_t shard = 0; shard < set.images.num_shards(); ++shard) {
      ASSIGN_OR_RETURN(const AccuracySums part,
                       scorer.ScoreShard(set.images, shard, nullptr));
      sums.Merge(part);
    }
    return sums;
  }
  StageOptions stage = options.stage;
  stage.output = PredictionsDir(options, set);
  stage.progress = ProgressMode::kNone;  // there is one for all sets
  stage.summary_json.clear();
  ASSIGN_OR_RETURN(
      const StageResult result,
      RunShardedStage(stage, PredictionsSpec(options, report, set),
                      [&](int64_t shard, ShardSink& sink) -> absl::Status {
                        ASSIGN_OR_RETURN(
                            const AccuracySums sums,
                            scorer.ScoreShard(
                                set.images, shard,
                                [&sink](const v1::PredictionRecord& record) {
                                  return sink.Append(record);
                                }));
                        AddCounters(sums, sink);
                        return absl::OkStatus();
                      }));
  return SumsFromCounters(result.manifest);
}

absl::Status EvaluateSets(const EvalOptions& options,
                          const std::vector<NamedSet>& sets,
                          v1::EvalReport* report) {
  const int num_threads = ResolveNumThreads(options.stage.num_threads);
  at::set_num_threads(num_threads);
  ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                   LoadCheckpoint(options.checkpoint));
  ASSIGN_OR_RETURN(ImageClassifier classifier, CatchTorch([&] {
                     return ImageClassifier::FromCheckpoint(
                         checkpoint, options.compute.device,
                         options.compute.precision);
                   }));
  int64_t total = 0;
  for (const NamedSet& set : sets) total += set.images.num_records();
  Progress progress(options.stage.progress, "eval", "images", total);
  Scorer scorer(
      std::move(classifier),
      {.batch_size = options.compute.batch_size, .num_threads = num_threads},
      &progress);
  double mean = 0;
  for (size_t i = 0; i < sets.size(); ++i) {
    const NamedSet& set = sets[i];
    progress.SetDetail(set.name);
    const absl::Time start = absl::Now();
    ASSIGN_OR_RETURN(const AccuracySums sums,
                     Annotate(ScoreSet(options, *report, set, scorer),
                              absl::StrCat("\"", set.images.dir(), "\"")));
    if (sums.counted == 0) {
      return absl::DataLossError(absl::StrCat(
          "\"", set.images.dir(), "\": none of its ", sums.images,
          " images has a label among the allowed classes; is it the set that "
          "was meant?"));
    }
    v1::SetReport* entry = report->mutable_sets(static_cast<int>(i));
    entry->set_images(sums.images);
    entry->set_counted(sums.counted);
    entry->set_top1(sums.Top1());
    entry->set_top5(sums.Top5());
    entry->set_loss(sums.Loss());
    entry->set_seconds(absl::ToDoubleSeconds(absl::Now() - start));
    mean += sums.Top1() / static_cast<double>(sets.size());
  }
  report->set_mean_top1(mean);
  return absl::OkStatus();
}

absl::StatusOr<EvalStats> Run(const EvalOptions& options) {
  ASSIGN_OR_RETURN(const ModelConfig config,
                   LoadModelConfig(options.checkpoint));
  if (!config.has_head()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", options.checkpoint,
        "\" has no classification head; make one with build_zeroshot or "
        "train, and give that checkpoint"));
  }
  ASSIGN_OR_RETURN(const std::vector<NamedSet> sets, OpenSets(options));
  for (const NamedSet& set : sets) {
    RETURN_IF_ERROR(Annotate(CheckFits(set.images, config), set.name));
  }
  EvalStats stats;
  ASSIGN_OR_RETURN(stats.report, PlanReport(options, sets));
  ASSIGN_OR_RETURN(std::optional<v1::EvalReport> finished,
                   FinishedReport(options, stats.report, sets));
  if (options.stage.dry_run) {
    stats.text = PlanText(options, stats.report);
    return stats;
  }
  if (finished.has_value()) {
    LOG(INFO) << "\"" << options.stage.output << "\" is finished already: "
              << "nothing to do";
    stats.already_done = true;
    stats.report = *std::move(finished);
  } else {
    RETURN_IF_ERROR(EvaluateSets(options, sets, &stats.report));
    RETURN_IF_ERROR(WriteEvalReport(options.stage.output, stats.report));
  }
  stats.text = EvalTable(stats.report);
  return stats;
}

// The frame of stages writes the summary of those that make shards.
absl::Status WriteSummary(const EvalOptions& options,
                          const absl::StatusOr<EvalStats>& stats,
                          absl::Duration took) {
  StageResult result;
  result.manifest.set_tool("eval");
  result.manifest.set_tool_version(kToolVersion);
  result.seconds = absl::ToDoubleSeconds(took);
  if (stats.ok()) {
    result.manifest.set_fingerprint(stats->report.fingerprint());
    result.already_done = stats->already_done;
    result.complete = true;
    for (const v1::SetReport& set : stats->report.sets()) {
      v1::Counter* counter = result.manifest.add_counters();
      counter->set_name(absl::StrCat("top1 ", set.name()));
      counter->set_value(set.top1());
    }
  }
  return WriteFileAtomically(
      options.stage.summary_json,
      StageSummaryJson(options.stage, result, stats.status()));
}

}  // namespace

absl::StatusOr<EvalStats> Eval(const EvalOptions& options) {
  const absl::Time start = absl::Now();
  absl::StatusOr<EvalStats> stats = Run(options);
  if (!options.stage.summary_json.empty() && !options.stage.dry_run) {
    const absl::Status written =
        WriteSummary(options, stats, absl::Now() - start);
    if (stats.ok()) RETURN_IF_ERROR(Annotate(written, "--summary_json"));
  }
  return stats;
}

}  // namespace maskfill
