#include "train/train_inputs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/data/counterfactual_images.h"
#include "core/metrics/model_fit.h"
#include "core/record/manifest.h"
#include "core/training/trainer.h"

namespace maskfill {
namespace {

constexpr char kImageRecord[] = "maskfill.v1.ImageRecord";
constexpr char kCounterfactualRecord[] = "maskfill.v1.CounterfactualRecord";

absl::Status CheckSameClasses(const RecordSet& images,
                              const RecordSet& validation) {
  const auto& a = images.manifest().dataset().class_keys();
  const auto& b = validation.manifest().dataset().class_keys();
  for (int i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("class ", i, " is \"", a[i], "\" in \"", images.dir(),
                     "\" and \"", b[i], "\" in \"", validation.dir(),
                     "\": --validation must have the classes of --input"));
  }
  if (a.size() == b.size()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", images.dir(), "\" has ", a.size(), " classes, \"", validation.dir(),
      "\" has ", b.size(), ": --validation must have the classes of --input"));
}

// Of configurations and manifests: found before anything is written.
absl::Status CheckFit(const TrainOptions& options, const TrainInputs& inputs) {
  const ModelConfig& student = inputs.checkpoint.config();
  RETURN_IF_ERROR(Annotate(CheckFitsModel(inputs.images, student), "--input"));
  if (inputs.images.num_records() == 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--input: \"", inputs.images.dir(), "\" holds no image to train on"));
  }
  if (inputs.validation.has_value()) {
    RETURN_IF_ERROR(
        Annotate(CheckFitsModel(*inputs.validation, student), "--validation"));
    if (inputs.validation->num_records() == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("--validation: \"", inputs.validation->dir(),
                       "\" holds no image to validate on"));
    }
  }
  if (!inputs.teacher.has_value()) return absl::OkStatus();
  return Annotate(
      CheckTeacher(student, inputs.teacher->config(), *options.objective),
      "--teacher");
}

}  // namespace

absl::StatusOr<TrainInputs> OpenTrainInputs(const TrainOptions& options) {
  ASSIGN_OR_RETURN(
      RecordSet images,
      Annotate(RecordSet::Open(options.run.input, kImageRecord), "--input"));
  ASSIGN_OR_RETURN(
      CheckpointFile checkpoint,
      Annotate(CheckpointFile::Open(options.checkpoint), "--checkpoint"));
  TrainInputs inputs{std::move(images), std::nullopt, std::nullopt,
                     std::move(checkpoint), std::nullopt};
  if (options.objective->needs_teacher) {
    ASSIGN_OR_RETURN(
        inputs.teacher,
        Annotate(CheckpointFile::Open(options.teacher), "--teacher"));
  }
  if (options.objective->needs_counterfactuals) {
    ASSIGN_OR_RETURN(inputs.counterfactuals,
                     Annotate(RecordSet::Open(options.counterfactuals,
                                              kCounterfactualRecord),
                              "--counterfactuals"));
    RETURN_IF_ERROR(CheckSameImages(
        inputs.images.manifest(), inputs.counterfactuals->manifest(),
        options.run.input, options.counterfactuals));
    RETURN_IF_ERROR(
        Annotate(OptionsOfFilledSet(*inputs.counterfactuals).status(),
                 "--counterfactuals"));
  }
  if (!options.validation.empty()) {
    ASSIGN_OR_RETURN(inputs.validation,
                     Annotate(RecordSet::Open(options.validation, kImageRecord),
                              "--validation"));
    RETURN_IF_ERROR(CheckSameClasses(inputs.images, *inputs.validation));
  }
  RETURN_IF_ERROR(CheckFit(options, inputs));
  return inputs;
}

Work TrainWork(const TrainOptions& options, const TrainInputs& inputs) {
  Work work{.tool = "train",
            .algorithm_version = kTrainingVersion,
            .seed = options.run.seed};
  work.AddOption("mode", options.objective->name);
  work.AddNumber("epochs", options.epochs);
  work.AddNumber("global_batch_size", options.global_batch_size);
  work.AddNumber("grad_clip", options.grad_clip);
  work.AddNumber("learning_rate", options.learning_rate);
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddOption("schedule", ToString(options.schedule));
  work.AddNumber("warmup_fraction", options.warmup_fraction);
  work.AddNumber("weight_decay", options.weight_decay);
  work.AddInput(inputs.images.AsInput("images"));
  work.AddInput("checkpoint", options.checkpoint,
                inputs.checkpoint.fingerprint());
  if (inputs.teacher.has_value()) {
    work.AddNumber("beta", options.beta);
    work.AddInput("teacher", options.teacher, inputs.teacher->fingerprint());
  }
  if (inputs.counterfactuals.has_value()) {
    work.AddInput(inputs.counterfactuals->AsInput("counterfactuals"));
  }
  if (inputs.validation.has_value()) {
    work.AddInput(inputs.validation->AsInput("validation"));
  }
  return work;
}

void AddTrainNotes(const TrainOptions& options, v1::Manifest* entry) {
  AddNote("accumulate", absl::StrCat(options.accumulate), entry);
  AddNote("batch_size", absl::StrCat(options.compute.batch_size), entry);
  AddNote("device", options.compute.device.str(), entry);
  AddNote("num_threads", absl::StrCat(options.run.num_threads), entry);
}

}  // namespace maskfill
