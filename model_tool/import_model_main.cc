// import_model: other projects' CLIP weights as a checkpoint directory.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/import_model.h"
#include "model_tool/import_model_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Turns CLIP weights of OpenAI, open_clip or Hugging Face into a "
      "checkpoint directory: safetensors, configuration, provenance.\n\n"
      "  import_model --source=ViT-B-32.pt --output=models/vit-b-32",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::ImportModelOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto result, maskfill::ImportModel(options));
        std::cout << maskfill::ToText(result, options);
        return absl::OkStatus();
      });
}
