#include "train/training_run.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "core/base/status_macros.h"
#include "core/model/torch_status.h"
#include "core/stage/ordered_parallel.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int64_t kKeptStates = 2;

// The parts that --accumulate asks for, no larger than --batch_size.
int64_t MicroBatchSize(const TrainOptions& options, int64_t batch_size) {
  const int64_t part =
      (batch_size + options.accumulate - 1) / options.accumulate;
  return std::min(part, options.compute.batch_size);
}

void AddCounter(const char* name, double value, v1::Manifest* manifest) {
  v1::Counter* counter = manifest->add_counters();
  counter->set_name(name);
  counter->set_value(value);
}

}  // namespace

TrainingRun::TrainingRun(const TrainOptions& options, const v1::Manifest& plan,
                         const RunDirectory& directory)
    : options_(options),
      plan_(plan),
      directory_(directory),
      num_threads_(ResolveNumThreads(options.stage.num_threads)) {
  state_.fingerprint = plan.fingerprint();
}

absl::StatusOr<std::unique_ptr<TrainingRun>> TrainingRun::Create(
    const TrainOptions& options, const TrainInputs& inputs,
    const v1::Manifest& plan, const RunDirectory& directory) {
  std::unique_ptr<TrainingRun> run(new TrainingRun(options, plan, directory));
  ASSIGN_OR_RETURN(run->start_, Annotate(LoadCheckpoint(options.checkpoint),
                                         "--checkpoint"));
  if (!run->start_.config.has_head()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--checkpoint: \"", options.checkpoint,
        "\" has no classifier head; make one with build_zeroshot"));
  }
  RETURN_IF_ERROR(run->OpenData(inputs));
  RETURN_IF_ERROR(run->LoadModels());
  return run;
}

absl::Status TrainingRun::OpenData(const TrainInputs& inputs) {
  const int64_t num_classes = start_.config.num_classes;
  ASSIGN_OR_RETURN(data_, TrainingData::Open(
                              inputs.images, inputs.counterfactuals,
                              {.image_size = start_.config.image_size,
                               .num_classes = num_classes,
                               .global_batch_size = options_.global_batch_size,
                               .seed = options_.stage.seed}));
  if (inputs.validation.has_value()) {
    ASSIGN_OR_RETURN(validation_,
                     ValidationSet::Open(*inputs.validation, num_classes));
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::LoadModels() {
  const at::Device device = options_.compute.device;
  std::optional<VisionTransformer> teacher;
  if (NeedsTeacher(options_.mode)) {
    ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                     Annotate(LoadCheckpoint(options_.teacher), "--teacher"));
    ASSIGN_OR_RETURN(
        teacher, CatchTorch([&] {
          return VisionTransformer::Create(
              checkpoint.config,
              MoveTensors(SelectPrefix(checkpoint.tensors, "visual."), device,
                          WeightDtype(options_.compute.precision)));
        }));
  }
  TrainerOptions trainer;
  trainer.mode = options_.mode;
  trainer.beta = options_.beta;
  trainer.grad_clip = options_.grad_clip;
  trainer.adamw.weight_decay = options_.weight_decay;
  trainer.schedule = {.kind = options_.schedule,
                      .max_learning_rate = options_.learning_rate,
                      .total_steps = total_steps(),
                      .warmup_fraction = options_.warmup_fraction};
  trainer.micro_batch_size = MicroBatchSize(options_, data_->batch_size());
  trainer.precision = options_.compute.precision;
  trainer.freeze_backbone = options_.freeze_backbone;
  ASSIGN_OR_RETURN(trainer_,
                   Trainer::Create(start_.config, start_.tensors,
                                   std::move(teacher), device, trainer));
  return absl::OkStatus();
}

absl::Status TrainingRun::Resume() {
  ASSIGN_OR_RETURN(
      std::optional<TrainingState> state,
      LoadNewestTrainingState(directory_.StatePath(), plan_.fingerprint()));
  if (state.has_value()) {
    RETURN_IF_ERROR(
        Annotate(trainer_->Restore(state->trainer), directory_.StatePath()));
    RETURN_IF_ERROR(
        KeepNewestTrainingStates(directory_.StatePath(), kKeptStates));
    state_ = *std::move(state);
    state_.trainer = TrainerState();
    saved_step_ = step();
    LOG(INFO) << "goes on from step " << step() << " of " << total_steps();
  }
  ASSIGN_OR_RETURN(metrics_,
                   JsonLinesLog::Open(directory_.MetricsPath(), step()));
  if (validation_ != nullptr) {
    ASSIGN_OR_RETURN(validations_,
                     JsonLinesLog::Open(directory_.ValidationPath(),
                                        state_.last_validated_step));
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::Run() {
  RETURN_IF_ERROR(Resume());
  // The run may have stopped between an epoch's last step and its validation.
  RETURN_IF_ERROR(ValidateIfDue());
  const absl::Status status = TakeSteps();
  if (absl::IsCancelled(status)) {
    RETURN_IF_ERROR(Annotate(SaveState(), status.message()));
  }
  RETURN_IF_ERROR(status);
  return SaveCheckpointTo(directory_.LastPath());
}

absl::Status TrainingRun::DescribeStart(const ImageBatch& batch) const {
  LOG(INFO) << ToString(options_.mode) << ": "
            << trainer_->num_trained_parameters() << " parameters on "
            << options_.compute.device.str() << ", " << data_->num_images()
            << " images, " << data_->steps_per_epoch() << " steps of "
            << data_->batch_size() << " images per epoch, " << total_steps()
            << " steps";
  if (!NeedsTeacher(options_.mode)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const double mean_square,
                   trainer_->TeacherMeanSquare(batch));
  LOG(INFO) << "beta " << options_.beta
            << ", beta * mean square of the teacher's features "
            << absl::StrFormat("%.4g", options_.beta * mean_square)
            << " (independent of the features' scale; on the first batch)";
  return absl::OkStatus();
}

absl::Status TrainingRun::TakeSteps() {
  const int64_t first_step = step();
  if (first_step == total_steps()) return absl::OkStatus();
  const std::unique_ptr<ImageBatches> batches =
      data_->Batches(first_step, total_steps(), num_threads_,
                     /*pinned_memory=*/options_.compute.device.is_cuda());
  progress_ = std::make_unique<Progress>(
      options_.stage.progress, "train", "images",
      total_steps() * data_->batch_size(), first_step * data_->batch_size());
  absl::Time last = absl::Now();
  while (step() < total_steps()) {
    ASSIGN_OR_RETURN(const ImageBatch batch, batches->Next());
    if (step() == first_step) RETURN_IF_ERROR(DescribeStart(batch));
    ASSIGN_OR_RETURN(const StepResult result, trainer_->Step(batch));
    RETURN_IF_ERROR(AfterStep(result, absl::Now() - last));
    last = absl::Now();  // without saving and validation
  }
  progress_->Finish();
  return absl::OkStatus();
}

absl::Status TrainingRun::AfterStep(const StepResult& result,
                                    absl::Duration took) {
  state_.loss = result.total;
  state_.accuracy = result.accuracy;
  images_trained_ += data_->batch_size();
  const int64_t epoch = (step() - 1) / data_->steps_per_epoch() + 1;
  nlohmann::ordered_json line;
  line["step"] = step();
  line["epoch"] = epoch;
  line["loss"] = result.total;
  line["ce"] = result.ce;
  line["distill"] = result.distill;
  line["lr"] = result.learning_rate;
  line["beta1"] = result.beta1;
  line["grad_norm"] = result.grad_norm;
  line["accuracy"] = result.accuracy;
  line["images_per_second"] =
      static_cast<double>(data_->batch_size()) / absl::ToDoubleSeconds(took);
  RETURN_IF_ERROR(metrics_->Append(line));
  progress_->SetDetail(absl::StrFormat(
      "epoch %d/%d, step %d/%d, loss %.4f, accuracy %.3f, lr %.2e", epoch,
      options_.epochs, step(), total_steps(), result.total, result.accuracy,
      result.learning_rate));
  progress_->Add(data_->batch_size());
  const bool due = options_.checkpoint_every_steps > 0 &&
                   step() % options_.checkpoint_every_steps == 0;
  if (due || AtEndOfEpoch()) RETURN_IF_ERROR(SaveState());
  return ValidateIfDue();
}

absl::Status TrainingRun::SaveState() {
  if (saved_step_ == step()) return absl::OkStatus();
  // The lines up to the state's step must be as safe as the state.
  RETURN_IF_ERROR(metrics_->Sync());
  if (validations_ != nullptr) RETURN_IF_ERROR(validations_->Sync());
  TrainingState state = state_;
  state.trainer = trainer_->State();
  RETURN_IF_ERROR(CatchTorch([&] {
    return SaveTrainingState(directory_.StatePath(), state, kKeptStates);
  }));
  saved_step_ = step();
  return absl::OkStatus();
}

absl::Status TrainingRun::ValidateIfDue() {
  if (validation_ == nullptr || !AtEndOfEpoch() ||
      state_.last_validated_step == step()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      const double accuracy,
      validation_->Accuracy(trainer_->student(),
                            {.batch_size = options_.compute.batch_size,
                             .precision = options_.compute.precision,
                             .num_threads = num_threads_}));
  const int64_t epoch = step() / data_->steps_per_epoch();
  const bool best = accuracy > state_.best_accuracy;
  LOG(INFO) << absl::StrFormat("epoch %d: validation top-1 %.2f %%%s", epoch,
                               100 * accuracy, best ? ", the best so far" : "");
  if (best) {
    RETURN_IF_ERROR(SaveCheckpointTo(directory_.BestPath()));
    state_.best_accuracy = accuracy;
    state_.best_step = step();
  }
  state_.last_validated_step = step();
  return validations_->Append({{"step", step()},
                               {"epoch", epoch},
                               {"accuracy", accuracy},
                               {"images", validation_->num_images()},
                               {"best", best}});
}

absl::Status TrainingRun::SaveCheckpointTo(const std::string& dir) const {
  Checkpoint checkpoint = start_;  // with what is not trained (a text tower)
  for (const auto& [name, tensor] : trainer_->State().parameters) {
    checkpoint.tensors[name] = tensor;
  }
  checkpoint.provenance = TrainProvenance(options_, plan_);
  (*checkpoint.provenance.mutable_notes())["step"] = absl::StrCat(step());
  SaveCheckpointOptions save;
  save.overwrite = true;
  return CatchTorch(
      [&] { return SaveCheckpoint(dir, checkpoint, save).status(); });
}

v1::Manifest TrainingRun::FinishedManifest() const {
  v1::Manifest manifest = plan_;
  AddCounter("steps", static_cast<double>(step()), &manifest);
  AddCounter("loss", state_.loss, &manifest);
  AddCounter("accuracy", state_.accuracy, &manifest);
  if (validation_ != nullptr) {
    AddCounter("best_accuracy", state_.best_accuracy, &manifest);
    AddCounter("best_step", static_cast<double>(state_.best_step), &manifest);
  }
  return manifest;
}

}  // namespace maskfill
