#include "spurious_shapes/pretrain/pretrain_clip.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/device.h"
#include "core/model/model_config.h"
#include "core/model/safetensors.h"
#include "core/model/torch_status.h"
#include "core/training/training_loop.h"
#include "core/training/training_state.h"
#include "core/work/run.h"
#include "core/work/work.h"
#include "glog/logging.h"
#include "nlohmann/json.hpp"
#include "spurious_shapes/pretrain/captions.h"
#include "spurious_shapes/pretrain/clip_initialisation.h"
#include "spurious_shapes/pretrain/compact_vocabulary.h"
#include "spurious_shapes/pretrain/pretrainer.h"
#include "spurious_shapes/pretrain/zero_shot_probe.h"
#include "spurious_shapes/renderer.h"

namespace maskfill {
namespace {

constexpr char kTool[] = "pretrain_clip";
constexpr char kStateDirectory[] = "state";
constexpr int64_t kMetricsEverySteps = 50;

Work PretrainWork(const PretrainClipOptions& options) {
  Work work{.tool = kTool,
            .algorithm_version = kPretrainVersion,
            .seed = options.run.seed};
  work.AddNumber("batch_size", options.batch_size);
  work.AddNumber("decay_steps", options.decay_steps);
  work.AddOption("device", options.device.str());
  work.AddNumber("images_per_pass", options.images_per_pass);
  work.AddNumber("learning_rate", options.learning_rate);
  work.AddNumber("polysemy_rate", options.polysemy_rate);
  work.AddNumber("renderer_version", kRendererVersion);
  work.AddNumber("replicas", options.num_replicas);
  work.AddNumber("short_caption_rate", options.short_caption_rate);
  work.AddNumber("steps", options.steps);
  work.AddNumber("text_frozen_steps", options.text_frozen_steps);
  work.AddNumber("text_learning_rate_factor",
                 options.text_learning_rate_factor);
  work.AddNumber("text_only_steps", options.text_only_steps);
  work.AddNumber("warmup_steps", options.warmup_steps);
  return work;
}

RunFiles PretrainFiles() {
  RunFiles files;
  files.files = {kClipFile, kPretrainMetricsFile, kZeroShotFile};
  files.directories = {
      {kStateDirectory, {}},
      {JoinPath(kStateDirectory, kTrainingStatePattern), TrainingStateFiles()}};
  files.results = {kClipFile};
  files.remade = {kClipFile};
  return files;
}

PretrainerOptions TrainingOptions(const PretrainClipOptions& options) {
  PretrainerOptions training;
  training.seed = options.run.seed;
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

nlohmann::ordered_json ProbeLine(const ZeroShotAccuracy& accuracy) {
  nlohmann::ordered_json sets, exact;
  for (const ZeroShotAccuracy::Set& set : accuracy.sets) {
    sets[set.name] = set.top1;
    exact[set.name] = set.top1_exact;
  }
  sets["ood"] = accuracy.ood();
  exact["ood"] = accuracy.ood_exact();
  return {{"zero_shot", sets}, {"zero_shot_exact", exact}};
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

absl::Status WriteClipFile(const std::string& path,
                           const Pretrainer& pretrainer) {
  const ModelConfig& config = pretrainer.config();
  return CatchTorch([&] {
    return WriteSafetensors(path, pretrainer.Weights(),
                            {{"activation", ToString(config.activation)},
                             {"heads", absl::StrCat(config.vision.heads)},
                             {"text_heads", absl::StrCat(config.text.heads)}},
                            at::kHalf);
  });
}

absl::Status Train(const PretrainClipOptions& options, const std::string& dir,
                   v1::Manifest* result) {
  // Replicas are the threads; an operator inside one is too small for more.
  SetUpCompute(Precision::kFp32, options.device.is_cpu() ? 1 : 0);
  ASSIGN_OR_RETURN(const std::unique_ptr<Pretrainer> pretrainer,
                   MakePretrainer(options));
  const bool probes = options.probe_every_steps > 0;
  const ZeroShotProbe probe(probes ? options.probe_images : 0,
                            pretrainer->config().image_size,
                            options.polysemy_rate);
  std::map<std::string, double> numbers;
  std::string probed;  // for the progress
  TrainingHooks hooks;
  hooks.step = [&]() -> absl::StatusOr<StepReport> {
    ASSIGN_OR_RETURN(const PretrainStepResult step, pretrainer->Step());
    numbers["loss"] = step.loss;
    StepReport report;
    report.loss = step.loss;
    report.metrics = {{"grad_norm", step.grad_norm},
                      {"logit_scale", step.logit_scale},
                      {"learning_rate", step.learning_rate}};
    report.detail = absl::StrFormat("step %d loss %.3f%s", pretrainer->step(),
                                    step.loss, probed);
    return report;
  };
  if (probes) {
    hooks.evaluate = [&]() -> absl::StatusOr<nlohmann::ordered_json> {
      ASSIGN_OR_RETURN(const ZeroShotAccuracy accuracy,
                       probe.Measure(pretrainer.get()));
      LOG(INFO) << "step " << pretrainer->step() << ": " << ProbeText(accuracy);
      probed = absl::StrFormat(" zero-shot ID %.1f OOD %.1f", accuracy.id(),
                               accuracy.ood());
      return ProbeLine(accuracy);
    };
  }
  RETURN_IF_ERROR(
      RunTrainingLoop({.name = kTool,
                       .fingerprint = result->fingerprint(),
                       .state_dir = JoinPath(dir, kStateDirectory),
                       .metrics_path = JoinPath(dir, kPretrainMetricsFile),
                       .evaluation_path = JoinPath(dir, kZeroShotFile),
                       .total_steps = options.steps + options.text_only_steps,
                       .images_per_step = options.batch_size,
                       .metrics_every_steps = kMetricsEverySteps,
                       .evaluate_every_steps = options.probe_every_steps,
                       .save_every_steps = options.checkpoint_every_steps,
                       .progress = options.run.progress},
                      hooks, *pretrainer, numbers));
  AddCounter("steps", static_cast<double>(pretrainer->step()), result);
  AddCounter("loss", numbers["loss"], result);
  return WriteClipFile(JoinPath(dir, kClipFile), *pretrainer);
}

}  // namespace

absl::StatusOr<WorkResult> PretrainClip(const PretrainClipOptions& options) {
  AcceptSaveRequests();
  return MakeRun(options.run, PretrainWork(options), PretrainFiles(),
                 /*again=*/false,
                 [&](const std::string& dir, WorkResult* result) {
                   return Train(options, dir, &result->manifest);
                 });
}

}  // namespace maskfill
