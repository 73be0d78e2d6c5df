#include "train/train_flags.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/stage/flag_errors.h"
#include "core/stage/stage_flags.h"
#include "gflags/gflags.h"

DEFINE_string(mode, "ft",
              "ft (cross entropy), fd (and feature distillation on the "
              "images) or fd_mask (and feature distillation on their "
              "counterfactuals)");
DEFINE_string(checkpoint, "",
              "checkpoint directory with a head: where the student starts");
DEFINE_string(teacher, "",
              "checkpoint directory: the frozen teacher of fd and fd_mask");
DEFINE_string(counterfactuals, "",
              "stage directory of mask_tool, made from --input: the "
              "counterfactuals of fd_mask. Epoch e uses variant e modulo "
              "their number");
DEFINE_string(cam_source, "cached",
              "cached: the counterfactuals' masks come from CAM shards, made "
              "with whatever checkpoint cam_tool was given. online, from the "
              "student as it moves, is not available yet");
DEFINE_string(validation, "",
              "stage directory of images; after each epoch top-1 is measured "
              "on it and the best model is kept in best/");
DEFINE_double(beta, 30,
              "weight of the distillation, at least 0; for features of "
              "another scale than CLIP ViT-B's see the line that train "
              "prints at its start");
DEFINE_int64(epochs, 10, "passes over the images, at least 1");
DEFINE_int64(global_batch_size, 512,
             "images per optimiser step, at least 1; what is left of an epoch "
             "after whole batches is not used in it; a set smaller than one "
             "batch is one batch");
DEFINE_int64(accumulate, 1,
             "least number of parts that a batch is computed in, at least 1; "
             "no part is larger than --batch_size. Gradients are clipped once, "
             "so the result does not depend on it, but for rounding");
DEFINE_double(learning_rate, 3e-5, "greatest learning rate, above 0");
DEFINE_double(weight_decay, 0.1, "of AdamW, on all parameters, at least 0");
DEFINE_string(schedule, "one_cycle",
              "one_cycle (PyTorch's OneCycleLR with cosines, beta1 cycled), "
              "cosine (linear warm-up, then cosine to 0) or constant");
DEFINE_double(warmup_fraction, 0.02, "share of the steps, 0 to 1");
DEFINE_double(grad_clip, 1, "greatest global norm of the gradient; 0: none");
DEFINE_string(freeze, "", "backbone: train the head alone; empty: train all");
DEFINE_int64(checkpoint_every_steps, 0,
             "save the state to go on from after every so many steps besides "
             "each epoch; 0: after each epoch only");
DEFINE_string(resume, "auto",
              "auto (go on with the run in --output) or never (begin again)");

namespace maskfill {
namespace {

template <typename T>
void Take(absl::StatusOr<T> parsed, const char* flag, T* value,
          FlagErrors* errors) {
  if (parsed.ok()) {
    *value = *std::move(parsed);
  } else {
    errors->Add(absl::StrCat("--", flag, ": ", parsed.status().message()));
  }
}

void CheckAtLeast(const char* flag, double value, double least,
                  FlagErrors* errors) {
  if (std::isfinite(value) && value >= least) return;
  errors->Add(
      absl::StrCat("--", flag, " is ", value, ", expected at least ", least));
}

void CheckNumbers(const TrainOptions& options, FlagErrors* errors) {
  CheckAtLeast("beta", options.beta, 0, errors);
  CheckAtLeast("epochs", options.epochs, 1, errors);
  CheckAtLeast("global_batch_size", options.global_batch_size, 1, errors);
  CheckAtLeast("accumulate", options.accumulate, 1, errors);
  CheckAtLeast("weight_decay", options.weight_decay, 0, errors);
  CheckAtLeast("grad_clip", options.grad_clip, 0, errors);
  CheckAtLeast("checkpoint_every_steps", options.checkpoint_every_steps, 0,
               errors);
  if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate)) {
    errors->Add(absl::StrCat("--learning_rate is ", options.learning_rate,
                             ", expected more than 0"));
  }
  if (!(options.warmup_fraction >= 0 && options.warmup_fraction <= 1)) {
    errors->Add(absl::StrCat("--warmup_fraction is ", options.warmup_fraction,
                             ", expected 0 to 1"));
  }
}

// `needed`: the mode cannot do without; else it must not be given.
void CheckInput(const char* flag, const std::string& value, bool needed,
                const std::string& mode, const char* what, FlagErrors* errors) {
  if (needed && value.empty()) {
    errors->Add(absl::StrCat("--", flag, " is missing, --mode=", mode,
                             " needs ", what));
  }
  if (!needed && !value.empty()) {
    errors->Add(absl::StrCat("--", flag, " is not used by --mode=", mode));
  }
}

void CheckInputs(const TrainOptions& options, FlagErrors* errors) {
  const std::string mode = ToString(options.mode);
  if (options.checkpoint.empty()) {
    errors->Add(
        "--checkpoint is missing, expected the directory of a checkpoint with "
        "a head (build_zeroshot makes one)");
  }
  CheckInput("teacher", options.teacher, NeedsTeacher(options.mode), mode,
             "the checkpoint to distil from (usually that of --checkpoint)",
             errors);
  CheckInput("counterfactuals", options.counterfactuals,
             NeedsCounterfactuals(options.mode), mode,
             "a stage directory made by mask_tool", errors);
}

}  // namespace

absl::StatusOr<TrainOptions> TrainOptionsFromFlags() {
  FlagErrors errors;
  TrainOptions options;
  options.stage = StageOptionsFromFlags(&errors, {.tasks = false});
  if (options.stage.max_bad_records > 0) {
    errors.Add("--max_bad_records is not for train: no record is left out");
  }
  if (auto compute = ComputeOptionsFromFlags(); compute.ok()) {
    options.compute = *compute;
  } else {
    errors.Add(compute.status());
  }
  options.checkpoint = FLAGS_checkpoint;
  options.teacher = FLAGS_teacher;
  options.counterfactuals = FLAGS_counterfactuals;
  options.validation = FLAGS_validation;
  const absl::StatusOr<TrainingMode> mode = ParseTrainingMode(FLAGS_mode);
  Take(mode, "mode", &options.mode, &errors);
  if (mode.ok()) CheckInputs(options, &errors);
  options.beta = FLAGS_beta;
  options.epochs = FLAGS_epochs;
  options.global_batch_size = FLAGS_global_batch_size;
  options.accumulate = FLAGS_accumulate;
  options.learning_rate = FLAGS_learning_rate;
  options.weight_decay = FLAGS_weight_decay;
  Take(ParseScheduleKind(FLAGS_schedule), "schedule", &options.schedule,
       &errors);
  options.warmup_fraction = FLAGS_warmup_fraction;
  options.grad_clip = FLAGS_grad_clip;
  options.checkpoint_every_steps = FLAGS_checkpoint_every_steps;
  CheckNumbers(options, &errors);
  options.freeze_backbone = FLAGS_freeze == "backbone";
  if (!FLAGS_freeze.empty() && !options.freeze_backbone) {
    errors.Add(absl::StrCat("--freeze is \"", FLAGS_freeze,
                            "\", expected backbone or nothing"));
  }
  if (options.freeze_backbone && NeedsTeacher(options.mode)) {
    errors.Add(absl::StrCat(
        "--freeze=backbone trains the head alone, which distillation does not "
        "reach; use --mode=ft instead of ",
        ToString(options.mode)));
  }
  if (FLAGS_cam_source != "cached") {
    errors.Add(absl::StrCat(
        "--cam_source=", FLAGS_cam_source,
        FLAGS_cam_source == "online" ? " is not available yet" : " is unknown",
        "; this version trains on counterfactuals from cached CAMs"));
  }
  options.resume = FLAGS_resume != "never";
  if (FLAGS_resume != "auto" && FLAGS_resume != "never") {
    errors.Add(absl::StrCat("--resume is \"", FLAGS_resume,
                            "\", expected auto or never"));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
