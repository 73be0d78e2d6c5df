// Whether a head's rows are the classes of an image set.
#ifndef MASKFILL_CORE_METRICS_CLASS_AGREEMENT_H_
#define MASKFILL_CORE_METRICS_CLASS_AGREEMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// `rows`: the head's class names, as many as `dataset` has class keys; any when
// one of both lists is not known. Names are equal up to case, underscores,
// hyphens, white space, what CleanText mends, a number or wnid before them
// ("001.Black_footed_Albatross"), and a note behind them ("kite (bird)",
// "tench, Tinca tinca").
//
// FailedPrecondition that shows the first difference:
// - a row is named as another class is: another order;
// - where the set's classes have keys only: a row is not named as its class's
//   key is, unless that key has a digit in it (a wnid, a number: no name);
// - where they have names, which are synonyms for people beside the keys: fewer
//   than half of the rows are named as their classes are.
absl::Status CheckClassNames(const std::vector<std::string>& rows,
                             const v1::DatasetInfo& dataset);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_CLASS_AGREEMENT_H_
