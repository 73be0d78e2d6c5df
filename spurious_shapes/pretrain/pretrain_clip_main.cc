// pretrain_clip: a small CLIP, trained on pictures drawn on the fly.
#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "spurious_shapes/pretrain/pretrain_clip.h"
#include "spurious_shapes/pretrain/pretrain_clip_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Pre-trains the small two-tower CLIP of Spurious Shapes on pictures and "
      "captions that are drawn on the fly, and writes clip.safetensors for "
      "import_model. About half an hour on 2 cores; a stopped run continues "
      "when the same command is given again. SIGUSR1: it saves its state and "
      "goes on.\n\n"
      "  pretrain_clip --output=runs/pretrain --seed=0",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options,
                         maskfill::PretrainClipOptionsFromFlags());
        return maskfill::PretrainClip(options).status();
      });
}
