#include "model_tool/merge_models_flags.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(checkpoints, "",
              "directories of checkpoints of one model, comma separated; "
              "wise_ft takes two: the zero-shot and the fine-tuned one");
DEFINE_string(method, "wise_ft",
              "wise_ft: (1 - alpha) * first + alpha * second; uniform_soup: "
              "the mean of all");
DEFINE_double(alpha, 0.5,
              "share of the second checkpoint, 0 to 1; only for wise_ft");

namespace maskfill {

absl::StatusOr<MergeModelsOptions> MergeModelsOptionsFromFlags() {
  FlagErrors errors;
  MergeModelsOptions options;
  TakeOutputFlags("a checkpoint directory to write", &options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.checkpoints = ParseList(FLAGS_checkpoints);
  const absl::StatusOr<MergeMethod> method = ParseMergeMethod(FLAGS_method);
  errors.Add(method.status());
  if (method.ok()) options.method = *method;
  const bool is_wise_ft = method.ok() && options.method == MergeMethod::kWiseFt;
  const size_t count = options.checkpoints.size();
  if (count < 2 || (is_wise_ft && count != 2)) {
    errors.Add(absl::StrCat(
        "--checkpoints names ", count, " directories, expected ",
        is_wise_ft ? "two, zero-shot and fine-tuned" : "two or more",
        ", comma separated"));
  }
  options.alpha = FLAGS_alpha;
  // Written so that NaN is refused as well.
  if (!(options.alpha >= 0 && options.alpha <= 1)) {
    errors.Add(absl::StrCat("--alpha is ", options.alpha, ", expected 0 to 1"));
  }
  if (method.ok() && !is_wise_ft &&
      !gflags::GetCommandLineFlagInfoOrDie("alpha").is_default) {
    errors.Add(absl::StrCat("--alpha is not used by --method=", FLAGS_method));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill
