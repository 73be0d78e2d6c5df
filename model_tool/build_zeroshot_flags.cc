#include "model_tool/build_zeroshot_flags.h"

#include "absl/status/statusor.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "",
              "directory of a checkpoint with a text tower, as import_model "
              "writes it");
DEFINE_string(
    class_names, "imagenet",
    "file with one name per line, a JSON list or a JSON object from "
    "index to name, in the order of the labels; or imagenet: the 1000 "
    "names published with CLIP");
DEFINE_string(
    templates, "openai",
    "file with one prompt per line or a JSON list, each with {} (or "
    "{c}) for the class name; a JSON object from class name to a list "
    "of its own whole prompts; or openai: the 80 published with CLIP");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"checkpoint", {.path = FlagPath::kInputDirectory, .required = true}},
    {"class_names", {.path = FlagPath::kInputFile, .values = {"imagenet"}}},
    {"templates", {.path = FlagPath::kInputFile, .values = {"openai"}}},
});

}  // namespace

absl::StatusOr<BuildZeroshotOptions> BuildZeroshotOptionsFromFlags() {
  FlagErrors errors;
  BuildZeroshotOptions options;
  TakeOutputFlags("a checkpoint directory to write", &options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.checkpoint = FLAGS_checkpoint;
  errors.Require("checkpoint", options.checkpoint,
                 "the directory of a checkpoint with a text tower");
  options.class_names = FLAGS_class_names;
  options.templates = FLAGS_templates;
  if (options.class_names.empty() || options.templates.empty()) {
    errors.Add(
        "--class_names and --templates need a file each, or imagenet and "
        "openai");
  }
  TakeComputeFlags(&options.compute, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
