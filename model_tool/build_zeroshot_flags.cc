#include "model_tool/build_zeroshot_flags.h"

#include "absl/status/statusor.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "",
              "directory of a checkpoint with a text tower, as import_model "
              "writes it");
DEFINE_string(class_names, "imagenet",
              "file with a JSON list or one name per line, in the order of the "
              "labels; or imagenet: the 1000 names published with CLIP");
DEFINE_string(templates, "openai",
              "file with a JSON list or one prompt per line, each with {} for "
              "the class name; or openai: the 80 published with CLIP");

namespace maskfill {

absl::StatusOr<BuildZeroshotOptions> BuildZeroshotOptionsFromFlags() {
  FlagErrors errors;
  BuildZeroshotOptions options;
  TakeOutputFlags("a checkpoint directory to write", &options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.checkpoint = FLAGS_checkpoint;
  if (options.checkpoint.empty()) {
    errors.Add(
        "--checkpoint is missing, expected the directory of a checkpoint with "
        "a text tower");
  }
  options.class_names = FLAGS_class_names;
  options.templates = FLAGS_templates;
  if (options.class_names.empty() || options.templates.empty()) {
    errors.Add(
        "--class_names and --templates need a file each, or imagenet and "
        "openai");
  }
  if (const auto compute = ComputeOptionsFromFlags(); compute.ok()) {
    options.compute = *compute;
  } else {
    errors.Add(compute.status());
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
