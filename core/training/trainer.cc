#include "core/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/argmax.h"
#include "ATen/ops/cat.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/model/autocast_guard.h"
#include "core/model/dropped_patches.h"
#include "core/model/torch_status.h"
#include "core/model/vision_transformer.h"
#include "core/training/gradient_clipping.h"
#include "core/training/losses.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

at::Tensor ToDevice(const at::Tensor& tensor, at::Device device) {
  return tensor.to(device, /*non_blocking=*/true);
}

NamedTensors TrainedParameters(const ImageClassifier& student,
                               const std::optional<PromptContrast>& contrast,
                               const Objective& objective) {
  NamedTensors trained;
  for (const auto& [name, tensor] : student.parameters()) {
    const bool is_head = absl::StartsWith(name, "classifier.");
    if (is_head ? !objective.trains_text : objective.trains_backbone) {
      trained[name] = tensor;
    }
  }
  if (contrast.has_value()) {
    trained.insert(contrast->parameters().begin(),
                   contrast->parameters().end());
  }
  return trained;
}

absl::StatusOr<std::optional<PromptContrast>> ContrastOf(
    const ModelConfig& config, const NamedTensors& student,
    const TrainerOptions& options) {
  if (!options.objective->trains_text) return std::optional<PromptContrast>();
  CHECK(options.prompts.defined());
  ASSIGN_OR_RETURN(
      PromptContrast contrast,
      PromptContrast::Create(config, student, options.prompts,
                             {.micro_batch_size = options.micro_batch_size,
                              .recompute = options.recompute,
                              .precision = options.precision,
                              .group = options.group,
                              .global_batch_size = options.global_batch_size}));
  return std::optional<PromptContrast>(std::move(contrast));
}

// FailedPrecondition unless such a teacher serves the student.
absl::Status CheckFits(const ModelConfig& student, const Teacher& teacher,
                       const TrainerOptions& options) {
  // Without a classifier its configuration's head does not count.
  ModelConfig seen = teacher.backbone.config();
  if (!teacher.classifier.has_value()) seen.num_classes = 0;
  RETURN_IF_ERROR(CheckTeacher(student, seen, *options.objective));
  return options.teacher_update != nullptr && options.teacher_update->moves()
             ? CheckSameTower(student, seen)
             : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(
    const ModelConfig& config, const NamedTensors& student,
    std::optional<Teacher> teacher, at::Device device,
    const TrainerOptions& options) {
  CHECK(options.objective != nullptr);
  const Objective& objective = *options.objective;
  const TeacherUpdate* const update = options.teacher_update;
  if (!objective.needs_teacher) teacher.reset();
  if (teacher.has_value()) {
    RETURN_IF_ERROR(CheckFits(config, *teacher, options));
  }
  return CatchTorch([&]() -> absl::StatusOr<std::unique_ptr<Trainer>> {
    if (teacher.has_value() && update != nullptr && update->moves()) {
      ASSIGN_OR_RETURN(teacher,
                       MovableCopy(*teacher, objective.needs_teacher_head));
    }
    const NamedTensors copy =
        CloneTensors(MoveTensors(student, device, at::kFloat));
    ASSIGN_OR_RETURN(ImageClassifier classifier,
                     ImageClassifier::Create(config, copy));
    ASSIGN_OR_RETURN(std::optional<PromptContrast> contrast,
                     ContrastOf(config, copy, options));
    ASSIGN_OR_RETURN(
        FlatParameters trained,
        FlatParameters::Bind(TrainedParameters(classifier, contrast, objective),
                             /*num_sums=*/3));  // of AccumulateGradients
    return std::unique_ptr<Trainer>(
        new Trainer(options, std::move(classifier), std::move(contrast),
                    std::move(teacher), std::move(trained)));
  });
}

Trainer::Trainer(const TrainerOptions& options, ImageClassifier student,
                 std::optional<PromptContrast> contrast,
                 std::optional<Teacher> teacher, FlatParameters trained)
    : options_(options),
      objective_(*options_.objective),
      student_(std::move(student)),
      contrast_(std::move(contrast)),
      teacher_(std::move(teacher)),
      trained_(std::move(trained)),
      adamw_(trained_.values(), trained_.gradients(), options.adamw) {
  const TeacherUpdate* const update = options.teacher_update;
  if (teacher_.has_value() && update != nullptr && update->moves()) {
    moving_.emplace(ParametersOf(*teacher_), *update, options.teacher_momentum,
                    options.schedule.total_steps);
  }
  PrepareModels();
}

void Trainer::PrepareModels() {
  const at::ScalarType dtype =  // on other devices autocast converts
      student_.device().is_cpu() ? WeightDtype(options_.precision) : at::kFloat;
  student_.Prepare(dtype);
  if (moving_.has_value()) teacher_->backbone.Prepare(dtype);
}

absl::Status Trainer::CheckBatch(const ImageBatch& batch) const {
  const auto lacks = [this](const char* what) {
    return absl::FailedPreconditionError(absl::StrCat(
        "mode ", objective_.name, " needs ", what, " and the batch has none"));
  };
  const bool has_features = batch.features.defined();
  if (objective_.needs_teacher && !teacher_.has_value() &&
      (!has_features || objective_.needs_teacher_head)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "mode ", objective_.name, " distils from a teacher and has none"));
  }
  if (!batch.images.defined() &&
      (objective_.trains_backbone || !has_features)) {
    return lacks("images");
  }
  if (objective_.trains_text && !batch.prompts.defined()) {
    return lacks("a prompt for each image");
  }
  if (objective_.needs_counterfactuals && !batch.counterfactuals.defined() &&
      !batch.masked_patches.defined()) {
    return lacks("counterfactual images");
  }
  if (has_features && batch.features.size(1) != student_.weight().size(1)) {
    return absl::FailedPreconditionError(
        absl::StrCat("features have ", batch.features.size(1),
                     " values, the student's ", student_.weight().size(1)));
  }
  if (!batch.masked_patches.defined()) return absl::OkStatus();
  const int64_t patches = batch.masked_patches.size(1);
  for (const VisionTransformer* tower :
       {&student_.backbone(),
        teacher_.has_value() ? &teacher_->backbone : nullptr}) {
    if (tower == nullptr || tower->num_patches() == patches) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "patches are dropped from a grid of ", patches, ", the ",
        tower == &student_.backbone() ? "student" : "teacher", " has ",
        tower->num_patches(), "; give counterfactuals of its patch size"));
  }
  return absl::OkStatus();
}

ImageBatch Trainer::Rows(const ImageBatch& batch, int64_t begin,
                         int64_t end) const {
  const auto rows = [begin, end](const at::Tensor& tensor) {
    return tensor.defined() ? tensor.narrow(0, begin, end - begin) : tensor;
  };
  const auto on_device = [this, &rows](const at::Tensor& tensor) {
    return tensor.defined() ? ToDevice(rows(tensor), student_.device())
                            : tensor;
  };
  ImageBatch result;
  result.images = on_device(batch.images);
  result.counterfactuals = on_device(batch.counterfactuals);
  result.features = on_device(batch.features);
  result.labels = on_device(batch.labels);
  result.masked_patches = rows(batch.masked_patches);  // read here
  return result;
}

Trainer::StudentFeatures Trainer::AskStudent(const ImageBatch& rows) const {
  if (!objective_.trains_backbone && rows.features.defined()) {
    return {.images = rows.features, .distilled = {}};
  }
  const at::AutoGradMode grad_mode(objective_.trains_backbone);
  const AutocastGuard autocast(student_.device().type(), options_.precision);
  const auto ask = [this](const at::Tensor& pixels,
                          EncodeOptions options = {}) {
    options.recompute = options_.recompute;
    return student_.Features(pixels, options).to(at::kFloat);
  };
  if (!objective_.needs_counterfactuals) {
    const at::Tensor features = ask(rows.images);
    return {.images = features, .distilled = features};
  }
  if (rows.masked_patches.defined()) {
    return {.images = ask(rows.images),
            .distilled = ask(rows.images, WithoutPatches(rows.masked_patches))};
  }
  const int64_t n = rows.images.size(0);
  const at::Tensor features = ask(at::cat({rows.images, rows.counterfactuals}));
  return {.images = features.narrow(0, 0, n),
          .distilled = features.narrow(0, n, n)};
}

at::Tensor Trainer::AskTeacher(const ImageBatch& rows) const {
  if (rows.features.defined()) return rows.features;
  const at::NoGradGuard no_grad;
  // One that moves has float32 weights, as the student's.
  const AutocastGuard autocast(
      student_.device().type(),
      moving_.has_value() ? options_.precision : Precision::kFp32);
  if (!objective_.needs_counterfactuals) {
    return teacher_->backbone.Encode(rows.images);
  }
  return rows.masked_patches.defined()
             ? teacher_->backbone.Encode(rows.images,
                                         WithoutPatches(rows.masked_patches))
             : teacher_->backbone.Encode(rows.counterfactuals);
}

at::Tensor Trainer::AccumulateGradients(const ImageBatch& batch, int64_t begin,
                                        int64_t end) {
  const ImageBatch rows = Rows(batch, begin, end);
  const double share = static_cast<double>(end - begin) /
                       static_cast<double>(options_.global_batch_size > 0
                                               ? options_.global_batch_size
                                               : batch.labels.size(0));
  DistillationInputs inputs;
  inputs.labels = rows.labels;
  inputs.temperature = options_.temperature;
  if (objective_.needs_teacher) {
    const at::NoGradGuard no_grad;
    inputs.teacher_features = AskTeacher(rows);
    if (objective_.needs_teacher_head) {
      inputs.teacher_logits =
          teacher_->classifier->Logits(inputs.teacher_features);
    }
  }

  const StudentFeatures features = AskStudent(rows);
  const at::Tensor logits = student_.Logits(features.images);
  const at::Tensor ce = CrossEntropy(logits, rows.labels);
  at::Tensor loss = ce;
  at::Tensor distill;
  if (objective_.distillation != nullptr) {
    inputs.student_features = features.distilled;
    if (objective_.needs_teacher_head) {
      inputs.student_logits = objective_.needs_counterfactuals
                                  ? student_.Logits(features.distilled)
                                  : logits;
    }
    distill = objective_.distillation(inputs);
    loss = loss.add(distill, options_.beta);
  }
  loss.mul(share).backward();

  at::NoGradGuard no_grad;
  const at::Tensor accuracy =
      at::argmax(logits, 1).eq(rows.labels).to(at::kFloat).mean();
  return at::stack({ce.detach(),
                    distill.defined() ? distill.detach()
                                      : at::zeros({}, ce.options()),
                    accuracy})
      .mul_(share);
}

absl::Status Trainer::AccumulateBatch(const ImageBatch& batch) {
  RETURN_IF_ERROR(CheckBatch(batch));
  return CatchTorch([&]() -> absl::Status {
    trained_.ZeroGradients();
    at::Tensor sums = trained_.sums();
    if (contrast_.has_value()) {
      ASSIGN_OR_RETURN(const at::Tensor terms, contrast_->AccumulateGradients(
                                                   student_.backbone(), batch));
      sums.add_(terms);
      return absl::OkStatus();
    }
    const int64_t n = batch.labels.size(0);
    const int64_t micro = options_.micro_batch_size > 0
                              ? std::min(options_.micro_batch_size, n)
                              : n;
    for (int64_t begin = 0; begin < n; begin += micro) {
      RETURN_IF_ERROR(CheckNotPreempted());
      sums.add_(AccumulateGradients(batch, begin, std::min(begin + micro, n)));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<StepResult> Trainer::ComputeGradients(const ImageBatch& batch) {
  RETURN_IF_ERROR(options_.group->Agree(AccumulateBatch(batch)));
  // From here on no rank is alone with an error.
  RETURN_IF_ERROR(options_.group->Sum(trained_.gradients_and_sums()));
  return CatchTorch([&]() -> absl::StatusOr<StepResult> {
    const at::Tensor norm = ClipGradientNorm(trained_, options_.grad_clip);
    // The only wait for the device.
    const at::Tensor numbers =
        at::cat({trained_.sums(), norm.reshape({1})}).to(at::kCPU, at::kDouble);
    const double* values = numbers.const_data_ptr<double>();
    return StepResult{.total = values[0] + options_.beta * values[1],
                      .ce = values[0],
                      .distill = values[1],
                      .accuracy = values[2],
                      .grad_norm = values[3]};
  });
}

absl::StatusOr<StepResult> Trainer::Step(const ImageBatch& batch) {
  ASSIGN_OR_RETURN(StepResult result, ComputeGradients(batch));
  if (!std::isfinite(result.total) || !std::isfinite(result.grad_norm)) {
    return DivergedError(
        absl::StrCat("step ", step(), ": loss ", result.total,
                     ", gradient norm ", result.grad_norm,
                     "; training has diverged, try a smaller --learning_rate"));
  }
  const ScheduleValue value = ScheduleAt(options_.schedule, step());
  RETURN_IF_ERROR(CatchTorch([&] {
    adamw_.Step(value.learning_rate, value.beta1);
    if (moving_.has_value()) moving_->Follow(student_.parameters(), step());
    if (objective_.trains_backbone || moving_.has_value()) PrepareModels();
  }));
  result.learning_rate = value.learning_rate;
  result.beta1 = value.beta1;
  return result;
}

absl::StatusOr<double> Trainer::TeacherMeanSquare(
    const ImageBatch& batch) const {
  RETURN_IF_ERROR(CheckBatch(batch));
  return CatchTorch([&]() -> double {
    const int64_t n = batch.labels.size(0);
    const int64_t micro =
        options_.micro_batch_size > 0 ? options_.micro_batch_size : n;
    double sum = 0;
    for (int64_t begin = 0; begin < n; begin += micro) {
      const int64_t rows = std::min(micro, n - begin);
      sum += AskTeacher(Rows(batch, begin, begin + rows))
                 .to(at::kDouble)
                 .square()
                 .mean()
                 .item<double>() *
             static_cast<double>(rows);
    }
    return sum / static_cast<double>(n);
  });
}

LearnerState Trainer::State() const {
  LearnerState state;
  state.step = step();
  // A head that follows from the text tower is none of it.
  for (const auto& [name, tensor] :
       contrast_.has_value() ? trained_.parameters() : student_.parameters()) {
    state.parameters[name] = tensor.detach();
  }
  state.exp_avg = trained_.Views(adamw_.first_moments());
  state.exp_avg_sq = trained_.Views(adamw_.second_moments());
  if (moving_.has_value()) state.teacher = moving_->parameters();
  return state;
}

absl::Status Trainer::Restore(const LearnerState& state) {
  NamedTensors trained;
  for (const auto& [name, tensor] : trained_.parameters()) {
    const auto found = state.parameters.find(name);
    if (found != state.parameters.end()) trained[name] = found->second;
  }
  for (const absl::Status& status :
       {trained_.CopyInto(trained, trained_.values()),
        trained_.CopyInto(state.exp_avg, adamw_.first_moments()),
        trained_.CopyInto(state.exp_avg_sq, adamw_.second_moments())}) {
    if (!status.ok()) return absl::DataLossError(status.message());
  }
  if (moving_.has_value()) RETURN_IF_ERROR(moving_->Restore(state.teacher));
  adamw_.set_step(state.step);
  PrepareModels();
  return absl::OkStatus();
}

absl::Status Trainer::CheckFinite() const {
  return Annotate(CatchTorch([&] { return trained_.CheckFinite(); }),
                  absl::StrCat("after step ", step()));
}

}  // namespace maskfill
