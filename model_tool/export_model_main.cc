// export_model: a checkpoint for open_clip, transformers, OpenAI's clip, torch.

#include <iostream>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/export_model.h"
#include "model_tool/export_model_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const ExportModelOptions options,
                   ExportModelOptionsFromFlags());
  ASSIGN_OR_RETURN(const WorkResult result, ExportModel(options));
  std::cout << ToText(result, options);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Writes a checkpoint as a directory that other libraries load "
      "unchanged; docs/weights.md has a script for each.\n\n"
      "  export_model --checkpoint=runs/ours/best --format=hf --output=export",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
