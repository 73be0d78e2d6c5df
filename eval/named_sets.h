// The sets of an evaluation, and the names under which they are reported.
#ifndef MASKFILL_EVAL_NAMED_SETS_H_
#define MASKFILL_EVAL_NAMED_SETS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/record/record_set.h"
#include "eval/set_evaluation.h"

namespace maskfill {

struct NamedSet {
  std::string name;
  RecordSet records;
};

// Opens stage directories of `record_type`. A set's name is its data set's;
// where two sets have one name (train and val of the same data), the split is
// added. InvalidArgument when two sets have one name all the same.
absl::StatusOr<std::vector<NamedSet>> OpenNamedSets(
    const std::vector<std::string>& dirs, const std::string& record_type);

// For each set, nothing seen yet. Each of the `id_sets` is restricted to the
// classes of every other set that has fewer: what of the difference between two
// sets is one of their classes. `only`: classes that are left of every set's
// allowed ones; empty: all. InvalidArgument when none is left, or when one of
// `id_sets` is the name of no set.
absl::StatusOr<std::vector<SetEvaluation>> NewEvaluations(
    absl::Span<const NamedSet> sets, const std::vector<std::string>& id_sets,
    absl::Span<const int64_t> only = {});

}  // namespace maskfill

#endif  // MASKFILL_EVAL_NAMED_SETS_H_
