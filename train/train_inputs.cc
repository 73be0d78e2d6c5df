#include "train/train_inputs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/cam/attribution.h"
#include "core/masking/counterfactual.h"
#include "core/masking/fill_kind.h"
#include "core/metrics/model_fit.h"
#include "core/record/manifest.h"
#include "core/text/class_names.h"
#include "core/text/prompts.h"
#include "core/training/teacher.h"
#include "core/training/trainer.h"
#include "train/text_head.h"

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

absl::Status CheckFeatures(const TrainOptions& options,
                           const TrainInputs& inputs) {
  if (inputs.features == nullptr) return absl::OkStatus();
  const int64_t expected = inputs.checkpoint.config().embed_dim;
  if (inputs.features->num_features() == expected) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      options.features.empty() ? "--teacher_features" : "--features", ": \"",
      inputs.features->set().dir(), "\" holds features of ",
      inputs.features->num_features(), " values, the student's have ",
      expected));
}

absl::Status CheckTeacherFits(const TrainOptions& options,
                              const TrainInputs& inputs,
                              const ModelConfig& teacher) {
  const ModelConfig& student = inputs.checkpoint.config();
  RETURN_IF_ERROR(CheckTeacher(student, teacher, *options.objective));
  if (options.teacher_update->moves()) {
    RETURN_IF_ERROR(CheckSameTower(student, teacher));
  }
  FillKind fill = options.counterfactual.fill;
  if (inputs.counterfactuals.has_value()) {
    ASSIGN_OR_RETURN(const CounterfactualOptions made,
                     OptionsOfSet(*inputs.counterfactuals));
    fill = made.fill;
  }
  if (fill == FillKind::kNone && student.patch_size != teacher.patch_size) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the teacher's patches have ", teacher.patch_size,
        " px, the student's ", student.patch_size,
        " px, and both are to see images without some of them (fill=none)"));
  }
  return absl::OkStatus();
}

// Of configurations and manifests: found before anything is written.
absl::Status CheckFit(const TrainOptions& options, const TrainInputs& inputs) {
  const ModelConfig student = StudentConfig(inputs);
  RETURN_IF_ERROR(
      Annotate(CheckFitsModel(inputs.images, student),
               inputs.text_head.has_value()
                   ? "--input, of whose classes --class_names makes the head"
                   : "--input"));
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
  RETURN_IF_ERROR(CheckFeatures(options, inputs));
  if (inputs.teacher.has_value()) {
    RETURN_IF_ERROR(
        Annotate(CheckTeacherFits(options, inputs, inputs.teacher->config()),
                 "--teacher"));
  }
  if (options.cam_source == CamSource::kCached) return absl::OkStatus();
  return CheckPool(inputs.images, OnlineOptions(options, student),
                   inputs.donors);
}

absl::StatusOr<RecordSet> OpenCounterfactuals(const TrainOptions& options,
                                              const RecordSet& images) {
  ASSIGN_OR_RETURN(RecordSet set, RecordSet::Open(options.counterfactuals,
                                                  kCounterfactualRecord));
  RETURN_IF_ERROR(CheckSameImages(images.manifest(), set.manifest(),
                                  options.run.input, options.counterfactuals));
  RETURN_IF_ERROR(OptionsOfSet(set).status());
  return set;
}

absl::Status OpenFeatures(const TrainOptions& options, TrainInputs* inputs) {
  if (!options.teacher_features.empty()) {
    const RecordSet& seen = inputs->counterfactuals.has_value()
                                ? *inputs->counterfactuals
                                : inputs->images;
    ASSIGN_OR_RETURN(
        inputs->features,
        Annotate(FeatureReader::Open(options.teacher_features, seen,
                                     inputs->teacher.has_value()
                                         ? inputs->teacher->fingerprint()
                                         : ""),
                 "--teacher_features"));
  }
  if (!options.features.empty()) {
    ASSIGN_OR_RETURN(
        inputs->features,
        Annotate(FeatureReader::Open(options.features, inputs->images,
                                     inputs->checkpoint.fingerprint()),
                 "--features"));
  }
  return absl::OkStatus();
}

absl::Status OpenClasses(const TrainOptions& options, TrainInputs* inputs) {
  const ModelConfig& config = inputs->checkpoint.config();
  if (!config.has_text()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--checkpoint: --mode=", options.objective->name,
        " trains the text tower too and \"", options.checkpoint,
        "\" has none (build_zeroshot leaves it behind); give the checkpoint "
        "that import_model made, and --class_names and --templates as for "
        "build_zeroshot"));
  }
  ZeroshotHeadOptions& head = inputs->text_head.emplace();
  if (!options.class_names.empty()) {
    ASSIGN_OR_RETURN(
        head.class_names,
        Annotate(LoadClassNames(options.class_names), "--class_names"));
  } else if (!config.class_names.empty()) {
    head.class_names = config.class_names;
  } else {
    return absl::InvalidArgumentError(absl::StrCat(
        "--class_names is missing, and \"", options.checkpoint,
        "\" has no head that names its classes; give a list of them, as for "
        "build_zeroshot"));
  }
  ASSIGN_OR_RETURN(head.prompts,
                   Annotate(LoadPrompts(options.templates, head.class_names),
                            "--templates"));
  return absl::OkStatus();
}

void AddTeacher(const TrainOptions& options, const TrainInputs& inputs,
                Work* work) {
  const TeacherUpdate& update = *options.teacher_update;
  work->AddNumber("beta", options.beta);
  if (options.objective->needs_teacher_head) {
    work->AddNumber("kd_temperature", options.kd_temperature);
  }
  if (update.moves()) work->AddOption("teacher_update", update.name);
  if (update.takes_momentum) {
    work->AddNumber("teacher_momentum", options.teacher_momentum);
  }
  if (inputs.features != nullptr) {
    const v1::InputReference teacher = inputs.features->checkpoint();
    work->AddInput("teacher", teacher.path(), teacher.fingerprint());
  } else {
    work->AddInput("teacher", options.teacher, inputs.teacher->fingerprint());
  }
}

void AddOnline(const TrainOptions& options, const TrainInputs& inputs,
               Work* work) {
  const CounterfactualOptions made =
      OnlineOptions(options, inputs.checkpoint.config());
  work->AddOption("cam_source", "online");
  for (const v1::Option& option : MaskAndFillOptions(made)) {
    work->AddOption(option.name(), option.value());
  }
  work->AddNumber("counterfactual_version", CounterfactualVersion(made));
  if (made.mask.takes_relevance()) {
    work->AddNumber("cam_version", kAttributionVersion);
  }
  if (inputs.donors.has_value() && RuleOf(made.fill).takes_pool) {
    work->AddInput(inputs.donors->AsInput("donors"));
  }
}

}  // namespace

ModelConfig StudentConfig(const TrainInputs& inputs) {
  const ModelConfig& config = inputs.checkpoint.config();
  return inputs.text_head.has_value() ? WithClasses(config, *inputs.text_head)
                                      : config;
}

CounterfactualOptions OnlineOptions(const TrainOptions& options,
                                    const ModelConfig& config) {
  CounterfactualOptions made = options.counterfactual;
  made.image_size = config.image_size;
  made.patch_size = config.patch_size;
  made.seed = options.run.seed;
  return made;
}

absl::StatusOr<TrainInputs> OpenTrainInputs(const TrainOptions& options) {
  ASSIGN_OR_RETURN(
      RecordSet images,
      Annotate(RecordSet::Open(options.run.input, kImageRecord), "--input"));
  ASSIGN_OR_RETURN(
      CheckpointFile checkpoint,
      Annotate(CheckpointFile::Open(options.checkpoint), "--checkpoint"));
  TrainInputs inputs{std::move(images), std::nullopt, std::nullopt,
                     std::move(checkpoint)};
  const Objective& objective = *options.objective;
  if (objective.trains_text) RETURN_IF_ERROR(OpenClasses(options, &inputs));
  if (objective.needs_teacher && !options.teacher.empty()) {
    ASSIGN_OR_RETURN(
        inputs.teacher,
        Annotate(CheckpointFile::Open(options.teacher), "--teacher"));
  }
  const bool online = options.cam_source == CamSource::kOnline;
  if (objective.needs_counterfactuals && !online) {
    ASSIGN_OR_RETURN(inputs.counterfactuals,
                     Annotate(OpenCounterfactuals(options, inputs.images),
                              "--counterfactuals"));
  }
  if (online && !options.donor_input.empty()) {
    ASSIGN_OR_RETURN(
        inputs.donors,
        Annotate(RecordSet::Open(options.donor_input, kImageRecord),
                 "--donor_input"));
  }
  RETURN_IF_ERROR(OpenFeatures(options, &inputs));
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
  const Objective& objective = *options.objective;
  if (objective.needs_teacher) AddTeacher(options, inputs, &work);
  if (inputs.text_head.has_value()) {
    work.AddInput("class_names", options.class_names,
                  ClassNamesFingerprint(inputs.text_head->class_names));
    work.AddInput("templates", options.templates,
                  inputs.text_head->prompts.Fingerprint());
  }
  if (inputs.features != nullptr) {
    work.AddInput(inputs.features->set().AsInput(
        objective.needs_teacher ? "teacher_features" : "features"));
  }
  if (options.cam_source == CamSource::kOnline) {
    AddOnline(options, inputs, &work);
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
  AddNote("num_ranks", absl::StrCat(options.ranks.launch.size), entry);
  AddNote("num_threads", absl::StrCat(options.run.num_threads), entry);
  AddNote("recompute", options.recompute ? "true" : "false", entry);
}

}  // namespace maskfill
