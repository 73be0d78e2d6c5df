#include "cam_tool/cam_tool_flags.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/model/device_flags.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoint, "",
              "directory of a checkpoint with a classifier head, as "
              "build_zeroshot and train write them");
DEFINE_string(method, "attribution",
              "how relevance is computed: attribution (transformer "
              "attribution, as in the paper)");
DEFINE_string(layers, "all",
              "which layers take part: all (as in the paper), last, or a "
              "number N of layers, the last N");
DEFINE_string(target, "label",
              "whose logit is explained: label (as in the paper) or predicted");

namespace maskfill {
namespace {

void TakeLayers(const std::string& text, CamToolOptions* options,
                FlagErrors* errors) {
  if (text == "all") {
    options->layers = 0;
  } else if (text == "last") {
    options->layers = 1;
  } else if (!absl::SimpleAtoi(text, &options->layers) || options->layers < 1) {
    errors->Add(absl::StrCat("--layers is \"", text,
                             "\", expected all, last or a number from 1"));
  }
}

void CheckMethod(const std::string& method, FlagErrors* errors) {
  if (method == "attribution") return;
  const bool planned = method == "gradcam" || method == "rollout";
  errors->Add(absl::StrCat("--method=", method,
                           planned ? " is not available yet" : " is unknown",
                           "; this version computes attribution"));
}

}  // namespace

absl::StatusOr<CamToolOptions> CamToolOptionsFromFlags() {
  FlagErrors errors;
  CamToolOptions options;
  TakeInputFlag(&options.run, &errors);
  TakeOutputFlags("a directory to write", &options.run, &errors);
  TakeTaskFlags(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  options.checkpoint = FLAGS_checkpoint;
  if (options.checkpoint.empty()) {
    errors.Add(
        "--checkpoint is missing: the directory of a checkpoint with a "
        "classifier head, as build_zeroshot writes it");
  }
  CheckMethod(FLAGS_method, &errors);
  TakeLayers(FLAGS_layers, &options, &errors);
  if (const auto target = ParseCamTarget(FLAGS_target); target.ok()) {
    options.target = *target;
  } else {
    errors.Add(target.status());
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
