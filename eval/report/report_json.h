// A report for programs.
#ifndef MASKFILL_EVAL_REPORT_REPORT_JSON_H_
#define MASKFILL_EVAL_REPORT_REPORT_JSON_H_

#include <string>
#include <vector>

#include "eval/report/accuracy_table.h"
#include "eval/report/paired_differences.h"
#include "eval/report/published.h"

namespace maskfill {

// Everything, not rounded:
//   {"schema_version": 1,
//    "sets": [{"name", "fingerprint", "in_distribution", "images", "counted"}],
//    "methods": [{"name", "runs": [{"seed", "report", ACCURACIES}],
//                 "mean": {ACCURACIES}, "std": {ACCURACIES}}],
//    "differences": [{"baseline", "methods":
//        [{"name", "pairs": [{"seed", ACCURACIES}], "mean": {ACCURACIES},
//          "intervals": {column: [low, high]},
//          "mcnemar": {set: [{"only_method", "only_baseline", "p"}]}}]}],
//    "published": [{"method", "source", "tolerance", ACCURACIES}]}
// ACCURACIES is "sets": {set: number or null} and "averages" likewise; "seed"
// is null for a method without seeds, and "std" for a single run. Intervals
// and tests are where predictions were given, a test for each pair.
std::string ReportJson(const AccuracyTable& table,
                       const std::vector<PairedDifferences>& differences,
                       const std::vector<PublishedRow>& published);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_REPORT_JSON_H_
