// cam_tool: which patches of each image a classifier's decision rests on.

#include <cstdio>

#include "absl/status/status.h"
#include "cam_tool/cam_tool.h"
#include "cam_tool/cam_tool_flags.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const CamToolOptions options, CamToolOptionsFromFlags());
  ASSIGN_OR_RETURN(const WorkResult result, CamTool(options));
  std::printf("%s", ToText(result).c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Computes a relevance map over the patches of every image of --input, "
      "for the class of its label unless told otherwise.\n\n"
      "  cam_tool --input=records/train --checkpoint=models/zeroshot "
      "--output=cams/train",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
