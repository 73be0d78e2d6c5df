#include "eval/eval_flags.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/glob.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/number_list.h"
#include "core/work/run_flags.h"
#include "eval/model_source.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "",
              "directory of a checkpoint with a head, made by build_zeroshot "
              "or train; --output is its report's file");
DEFINE_string(
    checkpoints, "",
    "several of them at once: directories or quoted globs, comma separated; "
    "--output is a directory for one report each, the one that --checkpoint "
    "would write. NAME=DIR writes NAME.json; DIR alone is named like itself, "
    "or, for a best or last, like the run that it lies in: "
    "runs/ours-seed0/best "
    "writes ours-seed0.json");
DEFINE_string(inputs, "",
              "stage directories of images, comma separated: the sets to "
              "evaluate on");
DEFINE_string(id_sets, "",
              "names of the in-distribution sets, comma separated: they are no "
              "part of the OOD mean, and their accuracy is also told among the "
              "classes of every other set that has fewer");
DEFINE_string(base_checkpoint, "",
              "with --alphas: the model that the curve begins with, such as "
              "the zero-shot one");
DEFINE_string(alphas, "",
              "shares of --checkpoint, 0 to 1, comma separated: evaluates (1 - "
              "alpha) * base + alpha * checkpoint at each, the WiSE-FT curve, "
              "with both loaded once");
DEFINE_int64(models_at_once, 4,
             "models in memory at the same time, 1 or more; each such group "
             "decodes the images again");
DEFINE_string(predictions, "",
              "directory for one set of predictions per input: five most "
              "likely classes of every image, margin and loss; of several "
              "models one such directory each, in it. Empty: none are written");
DEFINE_string(prediction_contents, "",
              "what predictions hold besides, comma separated: logits (of all "
              "classes, 2 bytes each; subsets of classes, ensembles and "
              "temperatures need them), features");
DEFINE_string(from_predictions, "",
              "directories that --predictions filled, comma separated, instead "
              "of --checkpoint and --inputs: everything is computed from them "
              "and no model runs. Several are an --ensemble");
DEFINE_string(ensemble, "",
              "how several --from_predictions answer as one: the mean of their "
              "logits or probabilities");
DEFINE_string(only_classes, "",
              "with --from_predictions: classes by number or key, comma "
              "separated, among which the argmax is taken; images of others do "
              "not count. Empty: those of each set");
DEFINE_string(only_groups, "",
              "with --from_predictions: groups, comma separated, whose images "
              "are looked at. Empty: all");
DEFINE_string(fit_temperature_on, "",
              "with --from_predictions: name of the set on which a temperature "
              "is fitted by its loss; loss and calibration of every set are "
              "told at it too. Fit it on images held out from training, not on "
              "those that you report");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"output", {.path = FlagPath::kOutput, .required = true}},
    {"checkpoint",
     {.path = FlagPath::kInputDirectory,
      .required = true,
      .unless = {"checkpoints", "from_predictions"}}},
    {"checkpoints", {.path = FlagPath::kInputDirectory, .list = true}},
    {"inputs",
     {.path = FlagPath::kInputDirectory,
      .list = true,
      .required = true,
      .unless = {"from_predictions"}}},
    {"base_checkpoint", {.path = FlagPath::kInputDirectory}},
    {"predictions", {.path = FlagPath::kOutputDirectory}},
    {"prediction_contents", {.list = true, .values = {"logits", "features"}}},
    {"from_predictions", {.path = FlagPath::kInputDirectory, .list = true}},
    {"ensemble", {.values = {"logits", "probabilities"}}},
});

// "ours=runs/a/best" -> {"ours", "runs/a/best"}; no name without a "=".
NamedCheckpoint SplitName(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals > text.find('/')) {
    return {"", text};
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

absl::StatusOr<std::vector<NamedCheckpoint>> ParseCheckpoints(
    FlagErrors* errors) {
  std::vector<NamedCheckpoint> checkpoints;
  std::set<std::string> names;
  for (const std::string& text : ParseList(FLAGS_checkpoints)) {
    const NamedCheckpoint given = SplitName(text);
    ASSIGN_OR_RETURN(const std::vector<std::string> dirs,
                     Annotate(ExpandGlobs({given.dir}), "--checkpoints"));
    for (const std::string& dir : dirs) {
      const std::string name =
          given.name.empty() ? CheckpointName(dir) : given.name;
      if (!names.insert(name).second) {
        errors->Add(absl::StrCat("--checkpoints: two are named \"", name,
                                 "\", the second is \"", dir,
                                 "\"; give NAME=DIR"));
      }
      checkpoints.push_back({name, dir});
    }
  }
  return checkpoints;
}

void TakeCurve(EvalOptions* options, FlagErrors* errors) {
  options->base_checkpoint = FLAGS_base_checkpoint;
  options->alphas = ParseNumberList("alphas", FLAGS_alphas, "0 to 1", errors);
  if (options->base_checkpoint.empty() != FLAGS_alphas.empty()) {
    errors->Add(
        "--alphas and --base_checkpoint go together: the curve is from the "
        "base to --checkpoint");
  }
  std::set<double> seen;
  for (const double alpha : options->alphas) {
    if (!(alpha >= 0 && alpha <= 1)) {  // NaN as well
      errors->Add(absl::StrCat("--alphas: ", alpha, ", expected 0 to 1"));
    } else if (!seen.insert(alpha).second) {
      errors->Add(absl::StrCat("--alphas: ", alpha, " is there twice"));
    }
  }
}

void TakeContents(EvalOptions* options, FlagErrors* errors) {
  for (const std::string& text : ParseList(FLAGS_prediction_contents)) {
    if (text == "logits") {
      options->contents.logits = true;
    } else if (text == "features") {
      options->contents.features = true;
    } else {
      errors->Add(absl::StrCat("--prediction_contents: \"", text,
                               "\", expected logits or features"));
    }
  }
  if (FLAGS_predictions.empty()) {
    errors->RefuseIfGiven("prediction_contents", "a run without --predictions");
  }
}

// Of a run in which models are asked.
absl::Status TakeModelFlags(EvalOptions* options, FlagErrors* errors) {
  errors->RefuseIfGiven(
      {"ensemble", "only_classes", "only_groups", "fit_temperature_on"},
      "a run without --from_predictions");
  TakeComputeFlags(&options->compute, errors);
  options->checkpoint = FLAGS_checkpoint;
  ASSIGN_OR_RETURN(options->checkpoints, ParseCheckpoints(errors));
  if (options->checkpoint.empty() && options->checkpoints.empty()) {
    errors->Add(
        "--checkpoint is missing, expected a checkpoint directory (or several "
        "as --checkpoints, or --from_predictions)");
  }
  if (!options->checkpoints.empty()) {
    errors->RefuseIfGiven({"checkpoint", "alphas", "base_checkpoint"},
                          "a run with --checkpoints");
  }
  options->inputs = ParseList(FLAGS_inputs);
  errors->Require("inputs", options->inputs,
                  "stage directories of images, comma separated");
  TakeCurve(options, errors);
  TakeContents(options, errors);
  options->predictions = FLAGS_predictions;
  options->models_at_once = FLAGS_models_at_once;
  if (options->models_at_once < 1) {
    errors->Add(absl::StrCat("--models_at_once is ", options->models_at_once,
                             ", expected 1 or more"));
  }
  return absl::OkStatus();
}

// Of a run in which none is.
void TakePredictionFlags(EvalOptions* options, FlagErrors* errors) {
  errors->RefuseIfGiven(
      {"checkpoint", "checkpoints", "inputs", "base_checkpoint", "alphas",
       "models_at_once", "predictions", "prediction_contents", "device",
       "precision", "batch_size"},
      "a run with --from_predictions");
  options->from_predictions = ParseList(FLAGS_from_predictions);
  if (!FLAGS_ensemble.empty()) {
    errors->Take(ParseEnsemble(FLAGS_ensemble), &options->ensemble, "ensemble");
  }
  options->only_classes = ParseList(FLAGS_only_classes);
  options->only_groups = ParseList(FLAGS_only_groups);
  options->fit_temperature_on = FLAGS_fit_temperature_on;
}

}  // namespace

absl::StatusOr<EvalOptions> EvalOptionsFromFlags() {
  FlagErrors errors;
  EvalOptions options;
  const bool several = !FLAGS_checkpoints.empty();
  TakeOutputFlags(several ? "a directory for the reports, such as eval"
                          : "the report's file, such as eval/ours.json",
                  &options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  options.id_sets = ParseList(FLAGS_id_sets);
  if (FLAGS_from_predictions.empty()) {
    RETURN_IF_ERROR(TakeModelFlags(&options, &errors));
  } else {
    TakePredictionFlags(&options, &errors);
  }
  if (!several && !options.run.output.empty() &&
      IsDirectory(options.run.output)) {
    errors.Add("--output is a directory, expected a file such as eval.json");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
