// merge_models: a checkpoint whose weights are an average of others'.

#include <iostream>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/merge_models.h"
#include "model_tool/merge_models_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const MergeModelsOptions options,
                   MergeModelsOptionsFromFlags());
  ASSIGN_OR_RETURN(const WorkResult result, MergeModels(options));
  std::cout << ToText(result, options);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Averages the weights of checkpoints of one model: WiSE-FT between a "
      "zero-shot and a fine-tuned classifier, a soup of several, Model Stock, "
      "or an average over the states of a run.\n\n"
      "  merge_models --method=wise_ft --alpha=0.5 "
      "--checkpoints=models/zeroshot,runs/ft/best --output=models/wise\n"
      "  merge_models --method=greedy_soup --checkpoints='runs/*/best' "
      "--input=records/val --output=models/soup\n"
      "  merge_models --method=wma "
      "--checkpoints='models/zeroshot,runs/ft/state/step-*' "
      "--output=models/wma",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
