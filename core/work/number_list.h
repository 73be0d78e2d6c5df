// Flags that are lists of numbers.
#ifndef MASKFILL_CORE_WORK_NUMBER_LIST_H_
#define MASKFILL_CORE_WORK_NUMBER_LIST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/flag_errors.h"

namespace maskfill {

// The numbers of a comma separated list, as given; -0 is 0. Adds to `errors`
// what is no number: `flag` without its dashes, `expected` as "0 to 1".
std::vector<double> ParseNumberList(absl::string_view flag,
                                    absl::string_view text,
                                    absl::string_view expected,
                                    FlagErrors* errors);

// "0.1,0.5", each as NumberText says it.
std::string NumberListText(absl::Span<const double> numbers);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_NUMBER_LIST_H_
