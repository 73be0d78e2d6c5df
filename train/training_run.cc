#include "train/training_run.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/atomic_file.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/metrics/accuracy.h"
#include "core/model/image_classifier.h"
#include "core/model/torch_status.h"
#include "core/training/event_file.h"
#include "core/training/training_loop.h"
#include "core/training/training_state.h"
#include "core/work/directory.h"
#include "core/work/run_summary.h"
#include "core/work/work.h"
#include "glog/logging.h"
#include "train/counterfactual_sheet.h"
#include "train/score_in_ranks.h"

namespace maskfill {
namespace {

constexpr char kStateDirectory[] = "state";
constexpr char kMetricsFile[] = "metrics.jsonl";
constexpr char kValidationFile[] = "validation.jsonl";
constexpr char kEventsDirectory[] = "events";
constexpr char kBestAccuracy[] = "best_accuracy";
constexpr char kBestStep[] = "best_step";

// The parts that --accumulate asks for, no larger than --batch_size.
int64_t MicroBatchSize(const TrainOptions& options, int64_t batch_size) {
  const int64_t part =
      (batch_size + options.accumulate - 1) / options.accumulate;
  return std::min(part, options.compute.batch_size);
}

// "the images were "a", "b" and 30 more": of this rank.
std::string NameImages(const ImageBatch& batch) {
  constexpr size_t kNamed = 8;
  std::vector<std::string> ids;
  for (const v1::ImageRecord& record : batch.records) {
    if (ids.size() == kNamed) break;
    ids.push_back(absl::StrCat("\"", record.id(), "\""));
  }
  std::string text = absl::StrCat("the images were ", absl::StrJoin(ids, ", "));
  if (batch.records.size() > kNamed) {
    absl::StrAppend(&text, " and ", batch.records.size() - kNamed, " more");
  }
  return text;
}

const std::vector<std::string>& CheckpointNames() {
  static const auto* names =
      new std::vector<std::string>{kModelFile, kConfigFile};
  return *names;
}

}  // namespace

RunFiles TrainFiles() {
  std::vector<std::string> checkpoint = CheckpointNames();
  checkpoint.emplace_back(kProvenanceFile);
  RunFiles files;
  files.files = {kMetricsFile, kValidationFile};
  files.directories = {
      {JoinPath(kStateDirectory, kTrainingStatePattern), TrainingStateFiles()},
      {kStateDirectory, {}},
      {absl::StrCat(kEventsDirectory, "/train"), {kEventFiles}},
      {absl::StrCat(kEventsDirectory, "/validation"), {kEventFiles}},
      {kEventsDirectory, {}},
      {kBestDirectory, checkpoint},
      {kLastDirectory, checkpoint}};
  for (const char* dir : {kBestDirectory, kLastDirectory}) {
    for (const char* file : {kModelFile, kConfigFile}) {
      files.results.push_back(JoinPath(dir, file));
    }
  }
  // last/ is what the last state holds.
  files.remade = {JoinPath(kLastDirectory, kModelFile),
                  JoinPath(kLastDirectory, kConfigFile)};
  return files;
}

TrainingRun::TrainingRun(const TrainOptions& options, ProcessGroup& group,
                         const v1::Manifest& plan, std::string dir)
    : options_(options),
      group_(group),
      plan_(plan),
      dir_(std::move(dir)),
      num_threads_(ResolveNumThreads(options.run.num_threads)) {}

absl::StatusOr<std::unique_ptr<TrainingRun>> TrainingRun::Create(
    const TrainOptions& options, const TrainInputs& inputs, ProcessGroup& group,
    const v1::Manifest& plan, const std::string& dir) {
  std::unique_ptr<TrainingRun> run(new TrainingRun(options, group, plan, dir));
  ASSIGN_OR_RETURN(run->start_,
                   Annotate(inputs.checkpoint.Load(), "--checkpoint"));
  if (inputs.text_head.has_value()) {
    RETURN_IF_ERROR(run->MakeTextHead(*inputs.text_head));
  }
  RETURN_IF_ERROR(run->OpenData(inputs));
  if (run->data_->batch_size() < group.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", run->data_->batch_size(),
                     " images cannot be divided among ", group.size(),
                     " ranks; use fewer, or a larger --global_batch_size"));
  }
  if (group.size() > 1 && run->online_ != nullptr &&
      options.counterfactual.donors == DonorRule::kBatch) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--donors=batch would depend on the number of ranks, and there are ",
        group.size(), "; use --donors=any or other_class, or one rank"));
  }
  RETURN_IF_ERROR(run->LoadModels(inputs));
  return run;
}

absl::Status TrainingRun::MakeTextHead(ZeroshotHeadOptions options) {
  options.compute = options_.compute;
  ASSIGN_OR_RETURN(text_head_, TextHead::Create(start_.config, options));
  text_head_->AddPlaceFor(&start_);
  return absl::OkStatus();
}

absl::Status TrainingRun::OpenData(const TrainInputs& inputs) {
  const ModelConfig& config = start_.config;
  const bool is_backbone_known =
      inputs.features != nullptr && !options_.objective->trains_backbone;
  ASSIGN_OR_RETURN(data_, TrainingData::Open(
                              inputs.images, inputs.counterfactuals,
                              {.image_size = config.image_size,
                               .num_patches = config.num_patches(),
                               .num_classes = config.num_classes,
                               .images = !is_backbone_known,
                               .global_batch_size = options_.global_batch_size,
                               .seed = options_.run.seed},
                              inputs.features));
  validation_ = inputs.validation;
  if (options_.cam_source == CamSource::kCached) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      online_,
      OnlineCounterfactuals::Open(
          inputs.images, inputs.donors,
          {.counterfactual = OnlineOptions(options_, config),
           .micro_batch_size = MicroBatchSize(options_, data_->batch_size()),
           .num_threads = num_threads_}));
  return absl::OkStatus();
}

absl::StatusOr<Teacher> TrainingRun::LoadTeacher(
    const CheckpointFile& file) const {
  ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                   Annotate(file.Load(), "--teacher"));
  const at::Device device = options_.compute.device;
  // One that moves keeps float32 weights.
  const Precision precision = options_.teacher_update->moves()
                                  ? Precision::kFp32
                                  : options_.compute.precision;
  return CatchTorch([&]() -> absl::StatusOr<Teacher> {
    if (checkpoint.config.has_head()) {
      return ImageClassifier::FromCheckpoint(checkpoint, device, precision);
    }
    return VisionTransformer::FromCheckpoint(checkpoint, device, precision);
  });
}

absl::Status TrainingRun::LoadModels(const TrainInputs& inputs) {
  std::optional<Teacher> teacher;
  if (inputs.teacher.has_value() && inputs.features == nullptr) {
    ASSIGN_OR_RETURN(teacher, LoadTeacher(*inputs.teacher));
  }
  TrainerOptions trainer;
  trainer.objective = options_.objective;
  trainer.beta = options_.beta;
  trainer.temperature = options_.kd_temperature;
  trainer.teacher_update = options_.teacher_update;
  trainer.teacher_momentum = options_.teacher_momentum;
  if (text_head_.has_value()) trainer.prompts = text_head_->tokens();
  trainer.grad_clip = options_.grad_clip;
  trainer.adamw.weight_decay = options_.weight_decay;
  trainer.schedule = {.kind = options_.schedule,
                      .max_learning_rate = options_.learning_rate,
                      .total_steps = total_steps(),
                      .warmup_fraction = options_.warmup_fraction};
  trainer.micro_batch_size = MicroBatchSize(options_, data_->batch_size());
  trainer.recompute = options_.recompute;
  trainer.precision = options_.compute.precision;
  trainer.group = &group_;
  trainer.global_batch_size = data_->batch_size();
  ASSIGN_OR_RETURN(trainer_, Trainer::Create(start_.config, start_.tensors,
                                             std::move(teacher),
                                             options_.compute.device, trainer));
  return absl::OkStatus();
}

absl::Status TrainingRun::Run() {
  TrainingHooks hooks;
  hooks.step = [this] { return Step(); };
  if (validation_.has_value()) hooks.evaluate = [this] { return Validate(); };
  RETURN_IF_ERROR(
      RunTrainingLoop({.name = "train",
                       .fingerprint = plan_.fingerprint(),
                       .state_dir = JoinPath(dir_, kStateDirectory),
                       .metrics_path = JoinPath(dir_, kMetricsFile),
                       .evaluation_path = JoinPath(dir_, kValidationFile),
                       .events_dir = JoinPath(dir_, kEventsDirectory),
                       .total_steps = total_steps(),
                       .images_per_step = data_->batch_size(),
                       .evaluate_every_steps = data_->steps_per_epoch(),
                       .save_every_steps = options_.checkpoint_every_steps,
                       .kept_states = options_.keep_states,
                       .progress = options_.run.progress,
                       .group = &group_},
                      hooks, *trainer_, numbers_));
  if (!group_.leads()) return absl::OkStatus();
  const std::string best = JoinPath(JoinPath(dir_, kBestDirectory), kModelFile);
  ASSIGN_OR_RETURN(const bool has_best, FindPath(best));
  if (numbers_.count(kBestStep) != 0 && !has_best) {
    return absl::DataLossError(absl::StrCat(
        "\"", best, "\" was removed since step ",
        static_cast<int64_t>(numbers_[kBestStep]),
        ", and no state holds it; begin again with --resume=never"));
  }
  ASSIGN_OR_RETURN(const Checkpoint last, CurrentCheckpoint());
  return SaveCheckpoint(last, kLastDirectory);
}

absl::Status TrainingRun::DescribeStart(const ImageBatch& batch) const {
  if (!group_.leads()) return absl::OkStatus();
  LOG(INFO) << options_.objective->name << ": "
            << trainer_->num_trained_parameters() << " parameters on "
            << options_.compute.device.str() << ", " << data_->num_images()
            << " images, " << data_->steps_per_epoch() << " steps of "
            << data_->batch_size() << " images per epoch, " << total_steps()
            << " steps";
  if (group_.size() > 1) {
    LOG(INFO) << group_.size() << " ranks, each with " << num_threads_
              << " threads here";
  }
  if (!options_.objective->needs_teacher ||
      options_.objective->needs_teacher_head) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const double mean_square,
                   trainer_->TeacherMeanSquare(batch));
  LOG(INFO) << "beta " << options_.beta
            << ", beta * mean square of the teacher's features "
            << absl::StrFormat("%.4g", options_.beta * mean_square)
            << " (independent of the features' scale; on the first batch)";
  return absl::OkStatus();
}

absl::StatusOr<StepReport> TrainingRun::Step() {
  const bool is_first = batches_ == nullptr;
  if (is_first) {
    batches_ =
        data_->Batches(step(), total_steps(), num_threads_,
                       /*pinned_memory=*/options_.compute.device.is_cuda(),
                       group_.rank(), group_.size());
  }
  ASSIGN_OR_RETURN(std::optional<ImageBatch> batch, batches_->Next());
  if (!batch.has_value()) return absl::InternalError("no batch is left");
  const int64_t epoch = step() / data_->steps_per_epoch();
  if (text_head_.has_value()) {
    text_head_->AddPrompts(options_.run.seed, epoch, &*batch);
  }
  if (online_ != nullptr) {
    // No rank is alone with an error.
    RETURN_IF_ERROR(
        group_.Agree(online_->AddTo(trainer_->student(), epoch, &*batch)));
  }
  if (is_first) RETURN_IF_ERROR(DescribeStart(*batch));
  const absl::StatusOr<StepResult> stepped = trainer_->Step(*batch);
  if (IsDiverged(stepped.status())) {
    return DivergedError(
        absl::StrCat(stepped.status().message(), "; ", NameImages(*batch)));
  }
  ASSIGN_OR_RETURN(const StepResult result, stepped);
  images_trained_ += data_->batch_size();
  numbers_["loss"] = result.total;
  numbers_["accuracy"] = result.accuracy;
  StepReport report;
  report.loss = result.total;
  report.metrics = {
      {"epoch", epoch + 1},         {"ce", result.ce},
      {"distill", result.distill},  {"lr", result.learning_rate},
      {"beta1", result.beta1},      {"grad_norm", result.grad_norm},
      {"accuracy", result.accuracy}};
  const std::string parts = options_.objective->needs_teacher
                                ? absl::StrFormat(" (ce %.4f, distill %.3g)",
                                                  result.ce, result.distill)
                                : "";
  report.detail = absl::StrFormat(
      "epoch %d/%d, step %d/%d, loss %.4f%s, accuracy %.3f, lr %.2e", epoch + 1,
      options_.epochs, step(), total_steps(), result.total, parts,
      result.accuracy, result.learning_rate);
  const bool is_first_of_epoch =
      step() % data_->steps_per_epoch() == 1 || data_->steps_per_epoch() == 1;
  if (is_first_of_epoch && group_.leads() && batch->counterfactuals.defined()) {
    report.pictures["counterfactuals"] = CounterfactualSheet(*batch);
  }
  return report;
}

absl::StatusOr<nlohmann::ordered_json> TrainingRun::Validate() {
  // As eval sees the checkpoint that is written here.
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, CurrentCheckpoint());
  ASSIGN_OR_RETURN(const ImageClassifier classifier, CatchTorch([&] {
                     return ImageClassifier::FromCheckpoint(
                         checkpoint, options_.compute.device,
                         options_.compute.precision);
                   }));
  ASSIGN_OR_RETURN(
      const AccuracySums sums,
      Annotate(ScoreInRanks(classifier, *validation_,
                            {.batch_size = options_.compute.batch_size,
                             .num_threads = num_threads_},
                            group_),
               "--validation"));
  const int64_t epoch = step() / data_->steps_per_epoch();
  const double accuracy = sums.Top1() / 100;
  const auto before = numbers_.find(kBestAccuracy);
  const bool best = before == numbers_.end() || accuracy > before->second;
  LOG_IF(INFO, group_.leads())
      << absl::StrFormat("epoch %d: validation top-1 %.2f %%%s", epoch,
                         sums.Top1(), best ? ", the best so far" : "");
  if (best) {
    if (group_.leads()) {
      RETURN_IF_ERROR(SaveCheckpoint(checkpoint, kBestDirectory));
    }
    numbers_[kBestAccuracy] = accuracy;
    numbers_[kBestStep] = static_cast<double>(step());
  }
  return nlohmann::ordered_json({{"epoch", epoch},
                                 {"accuracy", accuracy},
                                 {"images", sums.images},
                                 {"counted", sums.counted},
                                 {"best", best}});
}

absl::StatusOr<Checkpoint> TrainingRun::CurrentCheckpoint() const {
  Checkpoint checkpoint = start_;  // with what is not trained (a text tower)
  for (const auto& [name, tensor] : trainer_->State().parameters) {
    checkpoint.tensors[name] = tensor;
  }
  if (text_head_.has_value()) RETURN_IF_ERROR(text_head_->AddTo(&checkpoint));
  return checkpoint;
}

absl::Status TrainingRun::SaveCheckpoint(const Checkpoint& checkpoint,
                                         const char* name) const {
  v1::Manifest entry = plan_;
  AddTrainNotes(options_, &entry);
  AddCounter("step", static_cast<double>(step()), &entry);
  return CatchTorch([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryDirectory> directory,
                     TemporaryDirectory::Create(JoinPath(dir_, name)));
    RETURN_IF_ERROR(WriteCheckpoint(directory->path(), checkpoint).status());
    return PublishDirectory(*directory, CheckpointNames(), &entry);
  });
}

void TrainingRun::AddCounters(v1::Manifest* result) const {
  AddCounter("steps", static_cast<double>(step()), result);
  AddCounter(kImagesTrained, static_cast<double>(step() * data_->batch_size()),
             result);
  for (const char* name : {"loss", "accuracy", kBestAccuracy, kBestStep}) {
    const auto number = numbers_.find(name);
    if (number != numbers_.end()) AddCounter(name, number->second, result);
  }
}

}  // namespace maskfill
