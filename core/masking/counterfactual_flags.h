// The flags of every program that makes counterfactuals, one group to a file: a
// program has exactly the groups that it takes (core/work/run_flags.h).
#ifndef MASKFILL_CORE_MASKING_COUNTERFACTUAL_FLAGS_H_
#define MASKFILL_CORE_MASKING_COUNTERFACTUAL_FLAGS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "core/base/flag_errors.h"
#include "core/masking/counterfactual_options.h"

namespace maskfill {

// Each fills its part of `options` and adds to `errors` what is out of range or
// of no use beside the others.

// --mask --threshold --percentile --target_ratio --rate. `match_object_mask` of
// `mask` is set already.
void TakeMaskFlags(MaskOptions* mask, FlagErrors* errors);
// --fill --donor_input --donors --allow_self_donor. `donor_input`: a stage
// directory, or empty.
void TakeFillFlags(CounterfactualOptions* options, std::string* donor_input,
                   FlagErrors* errors);

// An error for each of these flags that was given: "--mask is not used by
// `user`".
void RefuseMaskFlags(absl::string_view user, FlagErrors* errors);
void RefuseFillFlags(absl::string_view user, FlagErrors* errors);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_COUNTERFACTUAL_FLAGS_H_
