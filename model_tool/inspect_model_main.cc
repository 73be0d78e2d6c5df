// inspect_model PATH: what is in a file or folder of weights.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/inspect_model.h"
#include "model_tool/inspect_model_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "inspect_model PATH: what is in a file or folder of weights, or in a "
      "checkpoint: how they are stored and named, the architecture with who "
      "says what, what --state_key could take, parameters, fingerprint, and "
      "what a checkpoint was made from. Writes nothing; the exit code is that "
      "of importing it.\n\n"
      "  inspect_model epoch_10.pt",
      argc, argv,
      [](int argc, char** argv) -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::InspectModelOptionsFromFlags(argc, argv));
        return maskfill::InspectModel(options, std::cout);
      },
      {{.name = "PATH",
        .facts = {.path = maskfill::FlagPath::kInput,
                  .required = true,
                  .unless = {"formats"}},
        .help = "file or folder of weights, or a checkpoint"}});
}
