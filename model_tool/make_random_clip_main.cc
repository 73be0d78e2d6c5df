// make_random_clip: weights to try every program with.

#include <iostream>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/make_random_clip.h"
#include "model_tool/make_random_clip_flags.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const MakeRandomClipOptions options,
                   MakeRandomClipOptionsFromFlags());
  ASSIGN_OR_RETURN(const WorkResult result, MakeRandomClip(options));
  std::cout << ToText(result, options);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Writes a small CLIP with random weights as one safetensors file in "
      "OpenAI's names, for trying the programs without real weights.\n\n"
      "  make_random_clip --output=random-clip.safetensors --seed=1",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
