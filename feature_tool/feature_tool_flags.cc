#include "feature_tool/feature_tool_flags.h"

#include "absl/status/statusor.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "",
              "directory of a checkpoint, with or without a head; several, "
              "separated by commas, give one vector each in one pass");
DEFINE_string(dtype, "float32", "how features are stored: float32 or float16");
DEFINE_string(images, "",
              "directory of the images that counterfactuals of "
              "--payload=recipe were made from; default: where their manifest "
              "says");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"input", {.required = true}},
    {"output", {.path = FlagPath::kOutputDirectory, .required = true}},
    {"checkpoint",
     {.path = FlagPath::kInputDirectory, .list = true, .required = true}},
    {"dtype", {.values = {"float32", "float16"}}},
    {"images", {.path = FlagPath::kInputDirectory}},
});

}  // namespace

absl::StatusOr<FeatureToolOptions> FeatureToolOptionsFromFlags() {
  FlagErrors errors;
  FeatureToolOptions options;
  TakeInputFlag(&options.run, &errors);
  TakeOutputFlags("a directory to write", &options.run, &errors);
  TakeTaskFlags(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  options.checkpoints = ParseList(FLAGS_checkpoint);
  if (options.checkpoints.empty()) {
    errors.Add(
        "--checkpoint is missing: the directory of a checkpoint, as "
        "import_model, build_zeroshot and train write it");
  }
  options.images = FLAGS_images;
  errors.Take(ParseFeatureDtype(FLAGS_dtype), &options.dtype);
  TakeComputeFlags(&options.compute, &errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
