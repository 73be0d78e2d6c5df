// feature_compare: how far two models disagree on counterfactuals.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "feature_tool/feature_compare.h"
#include "feature_tool/feature_compare_flags.h"
#include "feature_tool/feature_compare_text.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Compares the features of two checkpoints, before any distillation: "
      "their mean squared difference on each set of counterfactuals, and on "
      "the images as they are as the floor.\n\n"
      "  feature_compare --clean=features/images "
      "--features=features/object-0.3-single,features/random-0.5-single "
      "--output=disagreement.json",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::FeatureCompareOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto report, maskfill::CompareFeatures(options));
        std::printf("%s", maskfill::ToMarkdown(report).c_str());
        return absl::OkStatus();
      });
}
