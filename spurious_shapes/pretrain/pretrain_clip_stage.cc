#include "spurious_shapes/pretrain/pretrain_clip_stage.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/preemption.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/safetensors.h"
#include "glog/logging.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "proto/checkpoint.pb.h"
#include "spurious_shapes/pretrain/pretrain_metrics.h"
#include "spurious_shapes/pretrain/step/clip_initialisation.h"
#include "spurious_shapes/pretrain/step/pretrainer.h"
#include "spurious_shapes/pretrain/step/pretraining_state.h"
#include "spurious_shapes/pretrain/step/zero_shot_probe.h"
#include "spurious_shapes/pretrain/text/captions.h"
#include "spurious_shapes/pretrain/text/compact_vocabulary.h"
#include "spurious_shapes/renderer.h"

namespace maskfill {
namespace {

constexpr char kTool[] = "pretrain_clip";
constexpr int64_t kMetricsEverySteps = 50;

// Every option that changes the result.
v1::Provenance PlannedProvenance(const PretrainClipOptions& options) {
  std::map<std::string, std::string> values = {
      {"batch_size", absl::StrCat(options.batch_size)},
      {"decay_steps", absl::StrCat(options.decay_steps)},
      {"device", options.device.str()},
      {"images_per_pass", absl::StrCat(options.images_per_pass)},
      {"learning_rate", absl::StrCat(options.learning_rate)},
      {"polysemy_rate", absl::StrCat(options.polysemy_rate)},
      {"renderer_version", absl::StrCat(kRendererVersion)},
      {"replicas", absl::StrCat(options.num_replicas)},
      {"seed", absl::StrCat(options.seed)},
      {"short_caption_rate", absl::StrCat(options.short_caption_rate)},
      {"steps", absl::StrCat(options.steps)},
      {"text_frozen_steps", absl::StrCat(options.text_frozen_steps)},
      {"text_learning_rate_factor",
       absl::StrCat(options.text_learning_rate_factor)},
      {"text_only_steps", absl::StrCat(options.text_only_steps)},
      {"warmup_steps", absl::StrCat(options.warmup_steps)},
  };
  v1::Provenance provenance;
  provenance.set_tool(kTool);
  provenance.set_tool_version(kToolVersion);
  for (const auto& [name, value] : values) {
    provenance.add_options(absl::StrCat(name, "=", value));
  }
  return provenance;
}

std::string Fingerprint(const v1::Provenance& provenance) {
  Sha256 sha;
  sha.UpdateField(provenance.tool());
  sha.UpdateField(provenance.tool_version());
  for (const std::string& option : provenance.options()) {
    sha.UpdateField(option);
  }
  return sha.HexDigest();
}

absl::StatusOr<std::string> ProvenanceJson(const v1::Provenance& provenance) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(provenance, &json, options);
  if (!status.ok()) return absl::InternalError(status.ToString());
  return json;
}

PretrainerOptions TrainingOptions(const PretrainClipOptions& options) {
  PretrainerOptions training;
  training.seed = options.seed;
  training.batch_size = options.batch_size;
  training.num_replicas = options.num_replicas;
  training.images_per_pass = options.images_per_pass;
  training.captions = {.polysemy_rate = options.polysemy_rate,
                       .short_caption_rate = options.short_caption_rate};
  training.text_frozen_steps = options.text_frozen_steps;
  training.text_learning_rate_factor = options.text_learning_rate_factor;
  training.schedule = {.max_learning_rate = options.learning_rate,
                       .warmup_steps = options.warmup_steps,
                       .decay_steps = options.decay_steps,
                       .joint_steps = options.steps,
                       .text_only_steps = options.text_only_steps};
  return training;
}

std::string ProbeText(const ZeroShotAccuracy& accuracy) {
  std::vector<std::string> sets;
  for (const ZeroShotAccuracy::Set& set : accuracy.sets) {
    sets.push_back(absl::StrFormat("%s %.1f", set.name, set.top1));
  }
  return absl::StrFormat(
      "zero-shot %s, OOD %.1f (unambiguous prompts: ID %.1f, OOD %.1f)",
      absl::StrJoin(sets, ", "), accuracy.ood(), accuracy.id_exact(),
      accuracy.ood_exact());
}

// One directory's run.
class Run {
 public:
  Run(const PretrainClipOptions& options, std::string fingerprint,
      std::unique_ptr<Pretrainer> pretrainer)
      : options_(options),
        fingerprint_(std::move(fingerprint)),
        state_path_(JoinPath(options.output, kPretrainStateFile)),
        metrics_path_(JoinPath(options.output, kPretrainMetricsFile)),
        pretrainer_(std::move(pretrainer)),
        probe_(options.probe_every_steps > 0 ? options.probe_images : 0,
               pretrainer_->config().image_size, options.polysemy_rate) {}

  absl::Status Resume() {
    if (!PathExists(state_path_)) return RemoveFile(metrics_path_);
    ASSIGN_OR_RETURN(const PretrainerState state,
                     LoadPretrainingState(state_path_, fingerprint_));
    RETURN_IF_ERROR(Annotate(pretrainer_->Restore(state), state_path_));
    RETURN_IF_ERROR(KeepMetricsUpTo(metrics_path_, state.step));
    LOG(INFO) << "continuing after step " << state.step;
    return absl::OkStatus();
  }

  absl::Status Train(PretrainClipStats* stats) {
    const int64_t first_step = pretrainer_->step();
    Progress progress(options_.progress, kTool, "images",
                      TotalSteps() * options_.batch_size,
                      first_step * options_.batch_size);
    while (pretrainer_->step() < TotalSteps()) {
      if (absl::Status told = CheckNotPreempted(); !told.ok()) {
        RETURN_IF_ERROR(SaveState());
        return told;
      }
      ASSIGN_OR_RETURN(const PretrainStepResult result, pretrainer_->Step());
      RETURN_IF_ERROR(AfterStep(result, &progress));
      stats->loss = result.loss;
    }
    progress.Finish();
    stats->steps = TotalSteps() - first_step;
    return absl::OkStatus();
  }

  const Pretrainer& pretrainer() const { return *pretrainer_; }

 private:
  int64_t TotalSteps() const {
    return options_.steps + options_.text_only_steps;
  }

  absl::Status SaveState() {
    return SavePretrainingState(state_path_, pretrainer_->State(),
                                fingerprint_);
  }

  absl::Status AfterStep(const PretrainStepResult& result, Progress* progress) {
    const int64_t step = pretrainer_->step();
    const bool last = step == TotalSteps();
    loss_sum_ += result.loss;
    ++losses_;
    progress->Add(options_.batch_size);
    if (step % kMetricsEverySteps == 0 || last) {
      const absl::Time now = absl::Now();
      const double rate = static_cast<double>(losses_ * options_.batch_size) /
                          absl::ToDoubleSeconds(now - since_);
      progress->SetDetail(absl::StrFormat("step %d loss %.3f%s", step,
                                          loss_sum_ / losses_, probe_text_));
      RETURN_IF_ERROR(AppendMetrics(
          metrics_path_,
          StepMetricsLine(step, loss_sum_ / losses_, result, rate)));
      loss_sum_ = 0;
      losses_ = 0;
      since_ = now;
    }
    if (options_.probe_every_steps > 0 &&
        (step % options_.probe_every_steps == 0 || last)) {
      ASSIGN_OR_RETURN(const ZeroShotAccuracy accuracy,
                       probe_.Measure(pretrainer_.get()));
      RETURN_IF_ERROR(
          AppendMetrics(metrics_path_, ProbeMetricsLine(step, accuracy)));
      LOG(INFO) << "step " << step << ": " << ProbeText(accuracy);
      probe_text_ = absl::StrFormat(" zero-shot ID %.1f OOD %.1f",
                                    accuracy.id(), accuracy.ood());
      since_ = absl::Now();
    }
    if (step % options_.checkpoint_every_steps == 0 && !last) {
      return SaveState();
    }
    return absl::OkStatus();
  }

  const PretrainClipOptions& options_;
  const std::string fingerprint_;
  const std::string state_path_;
  const std::string metrics_path_;
  const std::unique_ptr<Pretrainer> pretrainer_;
  const ZeroShotProbe probe_;
  // Since the last line of metrics.
  double loss_sum_ = 0;
  int64_t losses_ = 0;
  absl::Time since_ = absl::Now();
  std::string probe_text_;
};

// True when the directory holds this very run, finished.
absl::StatusOr<bool> IsFinished(const PretrainClipOptions& options,
                                const std::string& planned) {
  const std::string path = JoinPath(options.output, kPretrainProvenanceFile);
  if (options.overwrite || !PathExists(path) ||
      !PathExists(JoinPath(options.output, kClipFile))) {
    return false;
  }
  ASSIGN_OR_RETURN(const std::string found, ReadFile(path));
  if (found == planned) return true;
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", options.output, "\" holds a run of other options:\n", found,
      "expected\n", planned, "give another --output or --overwrite"));
}

absl::StatusOr<std::unique_ptr<Pretrainer>> MakePretrainer(
    const PretrainClipOptions& options) {
  const std::vector<std::string> captions = AllCaptions();
  // The context length is the same whatever the vocabulary.
  const int64_t context_length = SmallClipConfig(1).context_length;
  ASSIGN_OR_RETURN(CompactVocabulary vocabulary,
                   CompactVocabulary::Create(captions, context_length));
  const ModelConfig config = SmallClipConfig(vocabulary.full_size());
  return Pretrainer::Create(config, std::move(vocabulary), options.device,
                            TrainingOptions(options));
}

absl::Status WriteSummary(const PretrainClipOptions& options,
                          const std::string& fingerprint,
                          const PretrainClipStats& stats) {
  if (options.summary_json.empty()) return absl::OkStatus();
  const nlohmann::ordered_json summary = {
      {"status", "OK"},
      {"tool", kTool},
      {"fingerprint", fingerprint},
      {"already_done", stats.already_done},
      {"steps", stats.steps},
      {"images", stats.steps * options.batch_size},
      {"loss", stats.loss},
      {"seconds", stats.seconds}};
  return WriteFileAtomically(options.summary_json, summary.dump(2) + "\n");
}

}  // namespace

absl::Status WriteClipFile(const std::string& path, const ModelConfig& config,
                           const NamedTensors& weights) {
  return WriteSafetensors(path, MoveTensors(weights, at::kCPU, at::kHalf),
                          {{"activation", ToString(config.activation)},
                           {"heads", absl::StrCat(config.vision.heads)},
                           {"text_heads", absl::StrCat(config.text.heads)}});
}

absl::StatusOr<PretrainClipStats> PretrainClip(
    const PretrainClipOptions& options) {
  const v1::Provenance provenance = PlannedProvenance(options);
  ASSIGN_OR_RETURN(const std::string provenance_json,
                   ProvenanceJson(provenance));
  PretrainClipStats stats;
  ASSIGN_OR_RETURN(stats.already_done, IsFinished(options, provenance_json));
  if (options.dry_run) {
    LOG(INFO) << (stats.already_done ? "nothing to do for\n" : "would run\n")
              << provenance_json;
  }
  if (stats.already_done || options.dry_run) {
    RETURN_IF_ERROR(WriteSummary(options, Fingerprint(provenance), stats));
    return stats;
  }

  RETURN_IF_ERROR(MakeDirectories(options.output));
  RETURN_IF_ERROR(RemoveStaleTemporaries(options.output));
  if (options.overwrite) {
    for (const char* file : {kClipFile, kPretrainProvenanceFile,
                             kPretrainMetricsFile, kPretrainStateFile}) {
      RETURN_IF_ERROR(RemoveFile(JoinPath(options.output, file)));
    }
  }
  // Replicas are the threads; an operator inside one is too small for more.
  if (options.device.is_cpu()) at::set_num_threads(1);
  ASSIGN_OR_RETURN(std::unique_ptr<Pretrainer> pretrainer,
                   MakePretrainer(options));
  Run run(options, Fingerprint(provenance), std::move(pretrainer));
  RETURN_IF_ERROR(run.Resume());
  const absl::Time start = absl::Now();
  RETURN_IF_ERROR(run.Train(&stats));
  stats.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RETURN_IF_ERROR(WriteClipFile(JoinPath(options.output, kClipFile),
                                run.pretrainer().config(),
                                run.pretrainer().Weights()));
  RETURN_IF_ERROR(WriteFileAtomically(
      JoinPath(options.output, kPretrainProvenanceFile), provenance_json));
  RETURN_IF_ERROR(RemoveFile(JoinPath(options.output, kPretrainStateFile)));
  RETURN_IF_ERROR(WriteSummary(options, Fingerprint(provenance), stats));
  return stats;
}

}  // namespace maskfill
