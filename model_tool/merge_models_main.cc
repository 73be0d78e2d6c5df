// merge_models: a checkpoint whose weights are an average of others'.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/merge_models.h"
#include "model_tool/merge_models_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
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
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::MergeModelsOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto result, maskfill::MergeModels(options));
        std::cout << maskfill::ToText(result, options);
        return absl::OkStatus();
      });
}
