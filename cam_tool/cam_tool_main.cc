// cam_tool: which patches of each image a classifier's decision rests on.

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
  return CamTool(options).status();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Computes a relevance map over the patches of every image of --input, "
      "for the class of its label.\n\n"
      "  cam_tool --input=records/train --checkpoint=models/zeroshot "
      "--output=cams/train",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
