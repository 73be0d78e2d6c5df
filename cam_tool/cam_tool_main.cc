// cam_tool: which patches of each image a classifier's decision rests on.
#include <cstdio>

#include "absl/status/status.h"
#include "cam_tool/cam_tool.h"
#include "cam_tool/cam_tool_flags.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Computes a relevance map over the patches of every image of --input, "
      "for the class of its label unless told otherwise.\n\n"
      "  cam_tool --input=records/train --checkpoint=models/zeroshot "
      "--output=cams/train",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::CamToolOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto result, maskfill::CamTool(options));
        std::printf("%s", maskfill::ToText(result).c_str());
        return absl::OkStatus();
      });
}
