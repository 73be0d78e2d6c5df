// mask_tool: counterfactual images from images and their CAMs.
#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "mask_tool/mask_tool.h"
#include "mask_tool/mask_tool_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Masks patches of every image of --input and refills them, or says with "
      "--stats how much of the images each threshold masks.\n\n"
      "  mask_tool --input=records/train --cams=cams/train --mask=object "
      "--threshold=0.3 --fill=single --output=cf/object-0.3-single",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::MaskToolOptionsFromFlags());
        return maskfill::MaskTool(options).status();
      });
}
