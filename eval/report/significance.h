// Whether differences between methods could be those of other images.
#ifndef MASKFILL_EVAL_REPORT_SIGNIFICANCE_H_
#define MASKFILL_EVAL_REPORT_SIGNIFICANCE_H_

#include "absl/status/status.h"
#include "eval/report/accuracy_table.h"
#include "eval/report/evaluations.h"
#include "eval/report/paired_differences.h"
#include "eval/report/predictions.h"

namespace maskfill {

// Of the paired bootstrap.
inline constexpr int64_t kResamples = 2000;

// Fills intervals and tests of `differences` wherever both models' predictions
// are there. FailedPrecondition when predictions of one set are in different
// orders, and as of Predictions::Find.
//
// An image's difference is the mean over the pairs of seeds; images are drawn
// with replacement within each set, and an average's interval is that of the
// mean of its sets. So the interval says what other images would have given,
// not other seeds.
absl::Status AddSignificance(const AccuracyTable& table,
                             const std::vector<Evaluation>& evaluations,
                             const Predictions& predictions,
                             PairedDifferences* differences);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_SIGNIFICANCE_H_
