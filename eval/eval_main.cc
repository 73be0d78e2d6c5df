// eval: how right models are on several image sets.
#include <cstdio>

#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "eval/eval.h"
#include "eval/eval_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Prints and writes how right models are on image sets: accuracy, also "
      "per class and group, and calibration.\n\n"
      "  eval --checkpoint=runs/ours/best "
      "--inputs=records/imagenet-val,records/imagenet-a "
      "--output=eval/ours.json\n"
      "  eval --checkpoints='runs/*/best' --inputs=... --output=eval\n"
      "  eval --base_checkpoint=models/zeroshot --checkpoint=runs/ours/best "
      "--alphas=0,0.5,1 --inputs=... --output=eval/curve.json\n"
      "  eval --from_predictions=predictions/ours --output=eval/again.json",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options, maskfill::EvalOptionsFromFlags());
        ASSIGN_OR_RETURN(const auto stats, maskfill::Eval(options));
        std::fputs(stats.text.c_str(), stdout);
        return absl::OkStatus();
      });
}
