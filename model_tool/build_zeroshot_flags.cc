#include "model_tool/build_zeroshot_flags.h"

#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/stage/flag_errors.h"
#include "core/stage/stage_flags.h"
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

absl::StatusOr<ZeroshotBuildOptions> ZeroshotBuildOptionsFromFlags() {
  FlagErrors errors;
  const StageOptions stage =
      StageOptionsFromFlags(&errors, {.input = false, .tasks = false});
  ZeroshotBuildOptions options;
  options.output = {.dir = stage.output,
                    .overwrite = stage.overwrite,
                    .dry_run = stage.dry_run};
  options.progress = stage.progress;
  options.num_threads = stage.num_threads;
  options.summary_json = stage.summary_json;
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
