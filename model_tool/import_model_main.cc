// import_model: other projects' CLIP weights as a checkpoint directory.

#include <iostream>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/import_model.h"
#include "model_tool/import_model_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const ImportModelOptions options,
                   ImportModelOptionsFromFlags());
  ASSIGN_OR_RETURN(const WorkResult result, ImportModel(options));
  std::cout << ToText(result, options);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Turns CLIP weights of OpenAI, open_clip or Hugging Face into a "
      "checkpoint directory: safetensors, configuration, provenance.\n\n"
      "  import_model --source=ViT-B-32.pt --output=models/vit-b-32",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
