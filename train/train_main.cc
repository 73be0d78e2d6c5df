// train: fine-tunes a classifier, with or without counterfactual distillation.
#include "absl/status/status.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "train/train.h"
#include "train/train_flags.h"

int main(int argc, char** argv) {
  return maskfill::RunMain(
      "Fine-tunes --checkpoint on the images of --input and writes the "
      "checkpoints last/ and, with --validation, best/. A run that was "
      "stopped (SIGTERM, SIGINT: it saves its state and ends with 75) goes on "
      "with the same command; SIGUSR1: it saves its state and goes on. Started "
      "several times by torchrun, srun or mpirun it trains one model.\n\n"
      "  train --mode=fd_mask --input=records/train "
      "--counterfactuals=cf/object-0.3-single --checkpoint=models/zeroshot "
      "--teacher=models/zeroshot --output=runs/ours",
      argc, argv, []() -> absl::Status {
        ASSIGN_OR_RETURN(const auto options, maskfill::TrainOptionsFromFlags());
        return maskfill::Train(options).status();
      });
}
