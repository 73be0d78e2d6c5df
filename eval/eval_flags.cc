#include "eval/eval_flags.h"

#include <string>

#include "absl/status/statusor.h"
#include "core/base/files.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/run_flags.h"
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
  TakeOutputFlags("the report's file, such as eval/ours.json", &options.run,
                  &errors);
  TakeThreadFlag(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  TakeComputeFlags(&options.compute, &errors);
  options.checkpoint = FLAGS_checkpoint;
  if (options.checkpoint.empty()) {
    errors.Add("--checkpoint is missing, expected a checkpoint directory");
  }
  options.inputs = ParseList(FLAGS_inputs);
  if (options.inputs.empty()) {
    errors.Add(
        "--inputs is missing, expected stage directories of images, comma "
        "separated");
  }
  options.predictions = FLAGS_predictions;
  if (!options.run.output.empty() && IsDirectory(options.run.output)) {
    errors.Add("--output is a directory, expected a file such as eval.json");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
