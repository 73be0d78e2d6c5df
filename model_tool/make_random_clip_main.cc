// make_random_clip: weights to try every program with.
#include <iostream>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "model_tool/make_random_clip.h"
#include "model_tool/make_random_clip_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Writes a small CLIP with random weights as one safetensors file in "
      "OpenAI's names, for trying the programs without real weights.\n\n"
      "  make_random_clip --output=random-clip.safetensors --seed=1",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::MakeRandomClipOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto result, maskfill::MakeRandomClip(options));
        std::cout << maskfill::ToText(result, options);
        return absl::OkStatus();
      });
}
