// An evaluation of what models said before; it loads none.
#ifndef MASKFILL_EVAL_EVAL_PREDICTIONS_H_
#define MASKFILL_EVAL_EVAL_PREDICTIONS_H_

#include "absl/status/statusor.h"
#include "eval/eval_options.h"

namespace maskfill {

// As Eval, of options.from_predictions: what it stored of one model, or of
// several as an ensemble, looked at as the options say. Numbers are those of
// the run that stored the predictions where nothing else is looked at; what
// follows from their logits has these to half precision of their distance to
// the largest. The temperature is fitted to the loss on one set, of the images
// that are looked at, and applied to all.
//
// InvalidArgument when a member of an ensemble has not the sets of the first
// one, an option names what is not there, or there are several models without
// an ensemble; FailedPrecondition and DataLoss as of StoredPredictions.
absl::StatusOr<EvalStats> EvalPredictions(const EvalOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_PREDICTIONS_H_
