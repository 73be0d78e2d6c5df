// The flags of eval.
#ifndef MASKFILL_EVAL_EVAL_FLAGS_H_
#define MASKFILL_EVAL_EVAL_FLAGS_H_

#include "absl/status/statusor.h"
#include "eval/eval.h"

namespace maskfill {

// InvalidArgument that lists every missing or wrong flag.
absl::StatusOr<EvalOptions> EvalOptionsFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_FLAGS_H_
