#include "train/train_flags.h"

#include <cmath>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/names.h"
#include "core/masking/counterfactual_flags.h"
#include "core/model/device_flags.h"
#include "core/training/launch_flags.h"
#include "core/training/process_group.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(mode, "ft", maskfill::FlagHelp(maskfill::DescribeObjectives()));
DEFINE_string(checkpoint, "",
              maskfill::FlagHelp(absl::StrCat(
                  "checkpoint directory with a head, of ",
                  maskfill::ObjectivesThat(&maskfill::Objective::trains_text),
                  " with a text tower: where the student starts")));
DEFINE_string(
    teacher, "",
    maskfill::FlagHelp(absl::StrCat(
        "checkpoint directory: the teacher of ",
        maskfill::ObjectivesThat(&maskfill::Objective::needs_teacher))));
DEFINE_string(teacher_update, "static",
              maskfill::FlagHelp(maskfill::DescribeTeacherUpdates()));
DEFINE_double(teacher_momentum, 0.999,
              "of --teacher_update=ema, 0 to 1: how much of the teacher stays "
              "in each step");
DEFINE_string(
    teacher_features, "",
    "stage directory of feature_tool: a frozen teacher's features of what fd "
    "and fd_mask distil on, the images or --counterfactuals. No teacher is "
    "computed then; --teacher may say which of its checkpoints is meant");
DEFINE_string(features, "",
              "stage directory of feature_tool: the features of --input by "
              "--checkpoint, from which lp trains the head without looking at "
              "an image");
DEFINE_string(
    counterfactuals, "",
    maskfill::FlagHelp(absl::StrCat(
        "stage directory of mask_tool, made from --input: the "
        "counterfactuals of ",
        maskfill::ObjectivesThat(&maskfill::Objective::needs_counterfactuals),
        ". Epoch e uses variant e modulo their number")));
DEFINE_string(
    cam_source, "cached",
    "where counterfactuals come from: cached (--counterfactuals) or online "
    "(made in every step from the student's own attribution of the true label, "
    "as the method's reference does, by --mask, --fill and so on)");
DEFINE_string(validation, "",
              "stage directory of images; after each epoch top-1 is measured "
              "on it and the best model is kept in best/");
DEFINE_string(
    class_names, "",
    maskfill::FlagHelp(absl::StrCat(
        "the classes of ",
        maskfill::ObjectivesThat(&maskfill::Objective::trains_text),
        ", in label order: a file as build_zeroshot takes it, or imagenet; "
        "empty: those that the head of --checkpoint names")));
DEFINE_string(
    templates, "openai",
    maskfill::FlagHelp(absl::StrCat(
        "the prompts of ",
        maskfill::ObjectivesThat(&maskfill::Objective::trains_text),
        ": a file as build_zeroshot takes it, or openai. In each epoch an "
        "image meets one of its class's; the finished head is of them all")));
DEFINE_double(beta, 30,
              "weight of the distillation, 0 to 1e9; for features of another "
              "scale than CLIP ViT-B's see the line that train prints at its "
              "start");
DEFINE_double(
    kd_temperature, 10,
    maskfill::FlagHelp(absl::StrCat(
        "that logits are divided by in ",
        maskfill::ObjectivesThat(&maskfill::Objective::needs_teacher_head),
        ", above 0 to 1e9")));
DEFINE_int64(epochs, 10, "passes over the images, 1 to 1000000");
DEFINE_int64(
    global_batch_size, 512,
    "images per optimiser step, 1 to 1000000; what is left of an epoch "
    "after whole batches is not used in it; a set smaller than one "
    "batch is one batch");
DEFINE_int64(accumulate, 1,
             "least number of parts that a batch is computed in, 1 to 1000000; "
             "no part is larger than --batch_size. Gradients are clipped once, "
             "so the result does not depend on it, but for rounding");
DEFINE_bool(recompute, false,
            "compute the blocks of trained towers anew in the backward pass "
            "instead of keeping their activations: less memory for about a "
            "third more time, the same bits");
DEFINE_double(learning_rate, 3e-5, "greatest learning rate, above 0 to 1e9");
DEFINE_double(weight_decay, 0.1, "of AdamW, on all parameters, 0 to 1e9");
DEFINE_string(schedule, "one_cycle",
              "one_cycle (PyTorch's OneCycleLR with cosines, beta1 cycled), "
              "cosine (linear warm-up, then cosine to 0) or constant");
DEFINE_double(warmup_fraction, 0.02, "share of the steps, 0 to 1");
DEFINE_double(grad_clip, 1,
              "greatest global norm of the gradient, up to 1e9; 0: none");
DEFINE_int64(checkpoint_every_steps, 0,
             "save the state to go on from after every so many steps besides "
             "each epoch; 0: after each epoch only");
DEFINE_int64(keep_states, 2,
             "how many of the saved states stay, the newest, 1 to 1000000; "
             "merge_models can average them");
DEFINE_string(resume, "auto",
              "auto (go on with the run in --output) or never (begin it again, "
              "also when it is finished)");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"input", {.required = true}},
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"mode", {.values = NamesOf(AllObjectives())}},
    {"checkpoint", {.path = FlagPath::kInputDirectory, .required = true}},
    {"teacher", {.path = FlagPath::kInputDirectory}},
    {"teacher_update", {.values = NamesOf(TeacherUpdates())}},
    {"teacher_features", {.path = FlagPath::kInputDirectory}},
    {"features", {.path = FlagPath::kInputDirectory}},
    {"counterfactuals", {.path = FlagPath::kInputDirectory}},
    {"class_names", {.path = FlagPath::kInputFile, .values = {"imagenet"}}},
    {"templates", {.path = FlagPath::kInputFile, .values = {"openai"}}},
    {"cam_source", {.values = {"cached", "online"}}},
    {"validation", {.path = FlagPath::kInputDirectory}},
    {"schedule", {.values = {"one_cycle", "cosine", "constant"}}},
    {"resume", {.values = {"auto", "never"}}},
});

// Weights of a loss and the like: the product with a float32 must be one too.
constexpr double kGreatest = 1e9;
// Counts: their products must not overflow.
constexpr double kGreatestCount = 1e6;

void CheckNumbers(const TrainOptions& options, FlagErrors* errors) {
  const auto check = [errors](const char* flag, double value, double least,
                              double greatest) {
    errors->CheckRange(flag, value, least, greatest);
  };
  check("beta", options.beta, 0, kGreatest);
  check("epochs", static_cast<double>(options.epochs), 1, kGreatestCount);
  check("global_batch_size", static_cast<double>(options.global_batch_size), 1,
        kGreatestCount);
  check("accumulate", static_cast<double>(options.accumulate), 1,
        kGreatestCount);
  check("weight_decay", options.weight_decay, 0, kGreatest);
  check("grad_clip", options.grad_clip, 0, kGreatest);
  check("checkpoint_every_steps",
        static_cast<double>(options.checkpoint_every_steps), 0, kGreatest);
  check("keep_states", static_cast<double>(options.keep_states), 1,
        kGreatestCount);
  check("warmup_fraction", options.warmup_fraction, 0, 1);
  check("teacher_momentum", options.teacher_momentum, 0, 1);
  if (!(options.kd_temperature > 0 && options.kd_temperature <= kGreatest)) {
    errors->Add(absl::StrCat("--kd_temperature is ", options.kd_temperature,
                             ", expected more than 0, up to ", kGreatest));
  }
  if (!(options.learning_rate > 0 && options.learning_rate <= kGreatest)) {
    errors->Add(absl::StrCat("--learning_rate is ", options.learning_rate,
                             ", expected more than 0, up to ", kGreatest));
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
  const Objective& objective = *options.objective;
  const std::string mode = objective.name;
  errors->Require(
      "checkpoint", options.checkpoint,
      "the directory of a checkpoint with a head (build_zeroshot makes one)");
  if (options.teacher_features.empty()) {
    CheckInput("teacher", options.teacher, objective.needs_teacher, mode,
               "the checkpoint to distil from (usually that of --checkpoint)",
               errors);
  }
  const bool online = options.cam_source == CamSource::kOnline;
  if (online && !objective.needs_counterfactuals) {
    errors->Add(absl::StrCat("--cam_source is not used by --mode=", mode));
  } else {
    CheckInput("counterfactuals", options.counterfactuals,
               objective.needs_counterfactuals && !online,
               online ? mode + " with --cam_source=online" : mode,
               "a stage directory made by mask_tool", errors);
  }
  if (!objective.needs_teacher_head) {
    errors->RefuseIfGiven("kd_temperature", "--mode=" + mode);
  }
  errors->RefuseIfGiven(objective.trains_backbone ? "features" : "recompute",
                        "--mode=" + mode);
  if (!objective.trains_text) {
    errors->RefuseIfGiven({"class_names", "templates"}, "--mode=" + mode);
  } else if (options.templates.empty()) {
    errors->Add("--templates is empty, expected a file, or openai");
  }
}

// What moves, or depends on what moves, has no features beforehand.
void CheckTeacherFeatures(const TrainOptions& options, FlagErrors* errors) {
  const Objective& objective = *options.objective;
  if (options.teacher_features.empty()) return;
  const auto refuse = [errors](const std::string& why) {
    errors->Add(absl::StrCat("--teacher_features is not used by ", why));
  };
  if (!objective.needs_teacher) {
    refuse(absl::StrCat("--mode=", objective.name, ", which has no teacher"));
  } else if (objective.needs_teacher_head) {
    refuse(absl::StrCat("--mode=", objective.name,
                        ", which distils logits; leave it out"));
  }
  if (options.teacher_update->moves()) {
    refuse(absl::StrCat("--teacher_update=", options.teacher_update->name,
                        ": the features of a teacher that moves are other "
                        "ones in every step"));
  }
  if (options.cam_source == CamSource::kOnline) {
    refuse(
        "--cam_source=online: no one has seen its counterfactuals "
        "beforehand");
  }
}

void TakeTeacher(TrainOptions* options, FlagErrors* errors) {
  errors->Take(ParseTeacherUpdate(FLAGS_teacher_update),
               &options->teacher_update, "teacher_update");
  options->teacher = FLAGS_teacher;
  options->teacher_features = FLAGS_teacher_features;
  options->teacher_momentum = FLAGS_teacher_momentum;
  if (!options->teacher_update->takes_momentum) {
    errors->RefuseIfGiven(
        "teacher_momentum",
        absl::StrCat("--teacher_update=", options->teacher_update->name));
  }
  if (options->objective == nullptr) return;
  CheckTeacherFeatures(*options, errors);
  if (!options->objective->needs_teacher) {
    errors->RefuseIfGiven("teacher_update",
                          absl::StrCat("--mode=", options->objective->name));
  }
}

void TakeCounterfactuals(TrainOptions* options, FlagErrors* errors) {
  options->counterfactuals = FLAGS_counterfactuals;
  if (FLAGS_cam_source == "online") {
    options->cam_source = CamSource::kOnline;
  } else if (FLAGS_cam_source != "cached") {
    errors->Add(absl::StrCat("--cam_source is \"", FLAGS_cam_source,
                             "\", expected cached or online"));
  }
  if (options->cam_source == CamSource::kCached) {
    RefuseMaskFlags("--cam_source=cached", errors);
    RefuseFillFlags("--cam_source=cached", errors);
    return;
  }
  CounterfactualOptions& made = options->counterfactual;
  TakeMaskFlags(&made.mask, errors);
  TakeFillFlags(&made, &options->donor_input, errors);
  if (made.donors == DonorRule::kBatch && !options->donor_input.empty()) {
    errors->Add(
        "--donor_input is not used by --donors=batch, which takes patches from "
        "the images of the step");
  }
}

}  // namespace

absl::StatusOr<TrainOptions> TrainOptionsFromFlags() {
  FlagErrors errors;
  TrainOptions options;
  TakeInputFlag(&options.run, &errors);
  TakeOutputFlags("a directory for the run", &options.run, &errors);
  TakeSeedFlag(&options.run);
  TakeThreadFlag(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  TakeComputeFlags(&options.compute, &errors);
  TakeLaunchFlags(&options.ranks, &errors);
  options.checkpoint = FLAGS_checkpoint;
  options.features = FLAGS_features;
  options.validation = FLAGS_validation;
  options.class_names = FLAGS_class_names;
  options.templates = FLAGS_templates;
  errors.Take(ParseObjective(FLAGS_mode), &options.objective, "mode");
  TakeCounterfactuals(&options, &errors);
  TakeTeacher(&options, &errors);
  if (options.objective != nullptr) CheckInputs(options, &errors);
  options.beta = FLAGS_beta;
  options.kd_temperature = FLAGS_kd_temperature;
  options.epochs = FLAGS_epochs;
  options.global_batch_size = FLAGS_global_batch_size;
  options.accumulate = FLAGS_accumulate;
  options.recompute = FLAGS_recompute;
  options.learning_rate = FLAGS_learning_rate;
  options.weight_decay = FLAGS_weight_decay;
  errors.Take(ParseScheduleKind(FLAGS_schedule), &options.schedule, "schedule");
  options.warmup_fraction = FLAGS_warmup_fraction;
  options.grad_clip = FLAGS_grad_clip;
  options.checkpoint_every_steps = FLAGS_checkpoint_every_steps;
  options.keep_states = FLAGS_keep_states;
  CheckNumbers(options, &errors);
  options.resume = FLAGS_resume != "never";
  if (FLAGS_resume != "auto" && FLAGS_resume != "never") {
    errors.Add(absl::StrCat("--resume is \"", FLAGS_resume,
                            "\", expected auto or never"));
  }
  const absl::Status status = errors.ToStatus();
  if (status.ok()) return options;
  // The others may have been given what is right, and would wait.
  if (!options.run.dry_run) {
    ProcessGroup::Refuse(options.ranks.launch, options.ranks.collective_timeout,
                         status);
  }
  return status;
}

}  // namespace maskfill
