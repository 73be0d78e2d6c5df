#include "eval/eval_flags.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/stage/flag_errors.h"
#include "core/stage/stage_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "",
              "directory of a checkpoint with a head, made by build_zeroshot "
              "or train");
DEFINE_string(inputs, "",
              "stage directories of images, comma separated: the sets to "
              "evaluate on");
DEFINE_string(predictions, "",
              "directory for one set of predictions per input (five most "
              "likely classes of every image); empty: none are written");

namespace maskfill {

absl::StatusOr<EvalOptions> EvalOptionsFromFlags() {
  FlagErrors errors;
  EvalOptions options;
  // The frame of stages would ask for a directory.
  const bool has_output =
      !gflags::GetCommandLineFlagInfoOrDie("output").is_default;
  options.stage = StageOptionsFromFlags(
      &errors, {.input = false, .output = has_output, .tasks = false});
  if (!has_output) {
    errors.Add(
        "--output is missing, expected the report's file, such as "
        "eval/ours.json");
  }
  const absl::StatusOr<ComputeOptions> compute = ComputeOptionsFromFlags();
  errors.Add(compute.status());
  if (compute.ok()) options.compute = *compute;
  options.checkpoint = FLAGS_checkpoint;
  if (options.checkpoint.empty()) {
    errors.Add("--checkpoint is missing, expected a checkpoint directory");
  }
  for (const absl::string_view dir :
       absl::StrSplit(FLAGS_inputs, ',', absl::SkipWhitespace())) {
    options.inputs.emplace_back(dir);
  }
  if (options.inputs.empty()) {
    errors.Add(
        "--inputs is missing, expected stage directories of images, comma "
        "separated");
  }
  options.predictions = FLAGS_predictions;
  if (!options.stage.output.empty() && IsDirectory(options.stage.output)) {
    errors.Add("--output is a directory, expected a file such as eval.json");
  }
  if (options.stage.max_bad_records > 0) {
    errors.Add(
        "--max_bad_records is not for eval: an accuracy over fewer images "
        "cannot be compared with others");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
