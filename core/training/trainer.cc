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
#include "core/model/torch_status.h"
#include "core/training/autocast_guard.h"
#include "core/training/gradient_clipping.h"
#include "core/training/losses.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

at::Tensor ToDevice(const at::Tensor& tensor, at::Device device) {
  return tensor.to(device, /*non_blocking=*/true);
}

NamedTensors TrainedParameters(const ImageClassifier& student,
                               const Objective& objective) {
  NamedTensors trained;
  for (const auto& [name, tensor] : student.parameters()) {
    if (objective.trains_backbone || absl::StartsWith(name, "classifier.")) {
      trained[name] = tensor;
    }
  }
  return trained;
}

}  // namespace

absl::Status CheckTeacher(const ModelConfig& student,
                          const ModelConfig& teacher,
                          const Objective& objective) {
  if (objective.needs_teacher_head &&
      teacher.num_classes != student.num_classes) {
    return absl::FailedPreconditionError(absl::StrCat(
        "mode ", objective.name, " needs a teacher whose head has the ",
        student.num_classes, " rows of the student's, this one has ",
        teacher.num_classes, "; make one with build_zeroshot"));
  }
  if (teacher.embed_dim != student.embed_dim) {
    return absl::FailedPreconditionError(
        absl::StrCat("the teacher's features have ", teacher.embed_dim,
                     " values, the student's ", student.embed_dim,
                     "; feature distillation needs equal ones"));
  }
  if (teacher.image_size != student.image_size) {
    return absl::FailedPreconditionError(
        absl::StrCat("the teacher takes images of ", teacher.image_size,
                     " px, the student of ", student.image_size, " px"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(
    const ModelConfig& config, const NamedTensors& student,
    std::optional<Teacher> teacher, at::Device device,
    const TrainerOptions& options) {
  CHECK(options.objective != nullptr);
  const Objective& objective = *options.objective;
  if (objective.needs_teacher) {
    if (!teacher.has_value()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "mode ", objective.name, " distils from a teacher and has none"));
    }
    // Without a classifier its configuration's head does not count.
    ModelConfig seen = teacher->backbone.config();
    if (!teacher->classifier.has_value()) seen.num_classes = 0;
    RETURN_IF_ERROR(CheckTeacher(config, seen, objective));
  }
  return CatchTorch([&]() -> absl::StatusOr<std::unique_ptr<Trainer>> {
    ASSIGN_OR_RETURN(
        ImageClassifier classifier,
        ImageClassifier::Create(
            config, CloneTensors(MoveTensors(student, device, at::kFloat))));
    ASSIGN_OR_RETURN(
        FlatParameters trained,
        FlatParameters::Bind(TrainedParameters(classifier, objective)));
    return std::unique_ptr<Trainer>(new Trainer(options, std::move(classifier),
                                                std::move(teacher),
                                                std::move(trained)));
  });
}

Trainer::Trainer(const TrainerOptions& options, ImageClassifier student,
                 std::optional<Teacher> teacher, FlatParameters trained)
    : options_(options),
      objective_(*options_.objective),
      student_(std::move(student)),
      teacher_(std::move(teacher)),
      trained_(std::move(trained)),
      adamw_(trained_.values(), trained_.gradients(), options.adamw) {}

const at::Tensor& Trainer::DistillationImages(const ImageBatch& batch) const {
  return objective_.needs_counterfactuals ? batch.counterfactuals
                                          : batch.images;
}

absl::Status Trainer::CheckBatch(const ImageBatch& batch) const {
  if (objective_.needs_counterfactuals && !batch.counterfactuals.defined()) {
    return absl::FailedPreconditionError(
        absl::StrCat("mode ", objective_.name,
                     " needs counterfactual images and the batch has none"));
  }
  return absl::OkStatus();
}

at::Tensor Trainer::AccumulateGradients(const ImageBatch& batch, int64_t begin,
                                        int64_t end) {
  const at::Device device = student_.device();
  const int64_t n = end - begin;
  const double share =
      static_cast<double>(n) / static_cast<double>(batch.labels.size(0));
  const at::Tensor images = ToDevice(batch.images.narrow(0, begin, n), device);
  const at::Tensor labels = ToDevice(batch.labels.narrow(0, begin, n), device);

  at::Tensor pixels = images;  // of everything that the student looks at
  DistillationInputs inputs;
  inputs.labels = labels;
  if (objective_.needs_teacher) {
    at::Tensor distilled = images;
    if (objective_.needs_counterfactuals) {
      distilled = ToDevice(batch.counterfactuals.narrow(0, begin, n), device);
      // One forward pass for both: larger matrix products, one pass over the
      // weights.
      pixels = at::cat({images, distilled});
    }
    at::NoGradGuard no_grad;
    inputs.teacher_features = teacher_->backbone.Encode(distilled);
    if (objective_.needs_teacher_head) {
      inputs.teacher_logits =
          teacher_->classifier->Logits(inputs.teacher_features);
    }
  }

  at::Tensor features;
  {
    at::AutoGradMode grad_mode(objective_.trains_backbone);
    AutocastGuard autocast(device.type(), options_.precision);
    features = student_.Features(pixels).to(at::kFloat);
  }
  const at::Tensor logits = student_.Logits(features.narrow(0, 0, n));
  const at::Tensor ce = CrossEntropy(logits, labels);
  at::Tensor loss = ce;
  at::Tensor distill;
  if (objective_.distillation != nullptr) {
    // The last n rows: the counterfactuals, or the images where they are all.
    inputs.student_features = features.narrow(0, features.size(0) - n, n);
    if (objective_.needs_teacher_head) {
      inputs.student_logits = objective_.needs_counterfactuals
                                  ? student_.Logits(inputs.student_features)
                                  : logits;
    }
    distill = objective_.distillation(inputs);
    loss = loss.add(distill, options_.beta);
  }
  loss.mul(share).backward();

  at::NoGradGuard no_grad;
  const at::Tensor accuracy =
      at::argmax(logits, 1).eq(labels).to(at::kFloat).mean();
  return at::stack({ce.detach(),
                    distill.defined() ? distill.detach()
                                      : at::zeros({}, ce.options()),
                    accuracy})
      .mul_(share);
}

absl::StatusOr<StepResult> Trainer::ComputeGradients(const ImageBatch& batch) {
  RETURN_IF_ERROR(CheckBatch(batch));
  return CatchTorch([&]() -> absl::StatusOr<StepResult> {
    trained_.ZeroGradients();
    const int64_t n = batch.labels.size(0);
    const int64_t micro = options_.micro_batch_size > 0
                              ? std::min(options_.micro_batch_size, n)
                              : n;
    at::Tensor sums;
    for (int64_t begin = 0; begin < n; begin += micro) {
      RETURN_IF_ERROR(CheckNotPreempted());
      const at::Tensor terms =
          AccumulateGradients(batch, begin, std::min(begin + micro, n));
      sums = sums.defined() ? sums.add_(terms) : terms;
    }
    const at::Tensor norm = ClipGradientNorm(trained_, options_.grad_clip);
    // The only wait for the device.
    const at::Tensor numbers =
        at::cat({sums, norm.reshape({1})}).to(at::kCPU).to(at::kDouble);
    const double* values = numbers.const_data_ptr<double>();
    StepResult result;
    result.ce = values[0];
    result.distill = values[1];
    result.total = values[0] + options_.beta * values[1];
    result.accuracy = values[2];
    result.grad_norm = values[3];
    return result;
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
  RETURN_IF_ERROR(
      CatchTorch([&] { adamw_.Step(value.learning_rate, value.beta1); }));
  result.learning_rate = value.learning_rate;
  result.beta1 = value.beta1;
  return result;
}

absl::StatusOr<double> Trainer::TeacherMeanSquare(
    const ImageBatch& batch) const {
  RETURN_IF_ERROR(CheckBatch(batch));
  return CatchTorch([&]() -> double {
    at::NoGradGuard no_grad;
    const at::Tensor& images = DistillationImages(batch);
    const int64_t n = images.size(0);
    const int64_t micro =
        options_.micro_batch_size > 0 ? options_.micro_batch_size : n;
    double sum = 0;
    for (int64_t begin = 0; begin < n; begin += micro) {
      const int64_t rows = std::min(micro, n - begin);
      sum += teacher_->backbone
                 .Encode(
                     ToDevice(images.narrow(0, begin, rows), student_.device()))
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
  for (const auto& [name, tensor] : student_.parameters()) {
    state.parameters[name] = tensor.detach();
  }
  state.exp_avg = trained_.Views(adamw_.first_moments());
  state.exp_avg_sq = trained_.Views(adamw_.second_moments());
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
  adamw_.set_step(state.step);
  return absl::OkStatus();
}

absl::Status Trainer::CheckFinite() const {
  return Annotate(CatchTorch([&] { return trained_.CheckFinite(); }),
                  absl::StrCat("after step ", step()));
}

}  // namespace maskfill
