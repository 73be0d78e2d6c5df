// export_model: a checkpoint for open_clip, transformers, OpenAI's clip, torch.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/export_model.h"
#include "model_tool/export_model_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Writes a checkpoint as a directory that other libraries load "
      "unchanged; docs/weights.md has a script for each.\n\n"
      "  export_model --checkpoint=runs/ours/best --format=hf --output=export",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::ExportModelOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto result, maskfill::ExportModel(options));
        std::cout << maskfill::ToText(result, options);
        return absl::OkStatus();
      });
}
