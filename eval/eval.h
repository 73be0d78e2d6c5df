// How right models are on several image sets.
#ifndef MASKFILL_EVAL_EVAL_H_
#define MASKFILL_EVAL_EVAL_H_

#include "absl/status/statusor.h"
#include "eval/eval_options.h"

namespace maskfill {

// Evaluates and writes the report: of one checkpoint, of a curve between two,
// or of stored predictions. Of several checkpoints one report each, the one
// that its own evaluation would write, images being decoded once for all that
// are missing; they are written when all of a group (models_at_once) are there.
//
// With predictions, finished shards are kept, so that a killed run goes on
// where it stopped. A report of the same evaluation is read instead; nothing is
// computed then but predictions that are missing.
//
// Errors as of MakeFile, and of MakeShards for the predictions: AlreadyExists
// when either is of another evaluation. FailedPrecondition when checkpoints and
// sets do not fit each other (CheckFitsModel, CheckSameLayout);
// InvalidArgument when two inputs have the same name, an ID set is none of
// them, or models take images of different sizes.
absl::StatusOr<EvalStats> Eval(const EvalOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_H_
