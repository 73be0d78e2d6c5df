// make_random_clip: weights to try every program with.

#include <iostream>

#include "absl/status/status.h"
#include "core/base/exit_code.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/make_random_clip_flags.h"
#include "model_tool/random_clip.h"

namespace maskfill {
namespace {

absl::Status Run() {
  ASSIGN_OR_RETURN(const MakeRandomClipOptions options,
                   MakeRandomClipOptionsFromFlags());
  ASSIGN_OR_RETURN(const RandomClipStats stats,
                   MakeRandomClip(options.model, options.output));
  std::cout << options.output.path << ": random CLIP of " << stats.parameters
            << " parameters, "
            << (stats.already_done ? "already done"
                : stats.written    ? "written"
                                   : "not written (--dry_run)")
            << "\n";
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
