// A zero-shot classifier out of CLIP's text tower.
#ifndef MASKFILL_CORE_TEXT_ZEROSHOT_HEAD_H_
#define MASKFILL_CORE_TEXT_ZEROSHOT_HEAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "core/base/progress.h"
#include "core/model/checkpoint.h"
#include "core/model/device_flags.h"
#include "core/text/prompts.h"

namespace maskfill {

struct ZeroshotHeadOptions {
  std::vector<std::string> class_names;  // K
  Prompts prompts;                       // of all of these
  ComputeOptions compute;                // batch_size: texts at a time
  ProgressMode progress = ProgressMode::kNone;
};

// [K, E] float32 on the CPU: per class the mean over its prompts of the
// normalised text features, normalised and times exp(logit_scale), as in
// OpenAI's notebook and the method's reference (clip/zeroshot.py). Equal class
// names get exactly equal rows. FailedPrecondition when the checkpoint has no
// text tower, InvalidArgument when a prompt is longer than its context or its
// vocabulary is not CLIP's; Cancelled when the process was told to stop.
absl::StatusOr<at::Tensor> ZeroshotHead(const Checkpoint& checkpoint,
                                        const ZeroshotHeadOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_ZEROSHOT_HEAD_H_
