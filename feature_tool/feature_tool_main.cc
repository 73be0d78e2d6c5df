// feature_tool: what a frozen image tower makes of images.
#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "feature_tool/feature_tool.h"
#include "feature_tool/feature_tool_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Computes the features of every image or counterfactual of --input by "
      "the image tower of --checkpoint.\n\n"
      "  feature_tool --input=cf/object-0.3-single "
      "--checkpoint=models/zeroshot "
      "--output=features/object-0.3-single",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::FeatureToolOptionsFromFlags());
        return maskfill::FeatureTool(options).status();
      });
}
